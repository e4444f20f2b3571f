// The program that holds a shared library for Dwell: control on descriptor 3, frames on 4, as PROTOCOL.md says. It
// knows nothing of simulations. With words behind its name it becomes that program instead, which then speaks for
// itself: an interpreter, whose detectors are to be confined alike.

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <new>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "detectors/hosts/c_library.hpp"
#include "detectors/hosts/channel.hpp"
#include "detectors/hosts/confinement.hpp"
#include "detectors/hosts/introduction.hpp"

namespace dwell::hosts {
namespace {

using Json = nlohmann::json;

constexpr int kControl = 3, kData = 4;

/// Ends this program when Dwell is gone, whatever the library is doing.
void leave_with_dwell() {
  std::thread([] {
    pollfd of{kControl, POLLRDHUP, 0};
    while (::poll(&of, 1, -1) < 0) {
    }
    ::_exit(0);
  }).detach();
}

class Host {
 public:
  Host() : channel_(UniqueFd(kControl), UniqueFd(kData)) {}

  /// Answers until it is told to leave. What the library does wrong becomes its last answer.
  int run() {
    try {
      while (answer(Json::parse(channel_.line()))) {
      }
      return 0;
    } catch (const ChannelError&) {
      return 1;  // nobody is there to be told
    } catch (const std::bad_alloc&) {
      return complain({"", "", "out of memory", ""});
    } catch (const std::exception& problem) {
      return complain({"", "", problem.what(), ""});
    } catch (...) {
      return complain({"", "", "it threw something that is no std::exception", ""});
    }
  }

 private:
  void say(const Json& message, std::span<const std::byte> frame = {}) {
    channel_.send(message.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n", frame);
  }
  int complain(const Error& error) {
    say({{"type", "error"}, {"place", error.place}, {"found", error.found}, {"accepted", error.accepted}});
    return 1;
  }

  /// Whether to go on.
  bool answer(const Json& message) {
    const std::string type = message.at("type");
    if (type == "batch") return batch(message);
    if (type == "close") return close(message);
    if (type == "hello") return hello(message);
    if (type == "config") return config(message);
    if (type == "save") return save();
    if (type == "restore") return restore();
    return false;
  }

  bool hello(const Json& message) {
    if (message.at("protocol") != 1) {
      complain({"", "protocol", "found " + message.at("protocol").dump(), "1"});
      return false;
    }
    auto library = CLibrary::load(message.at("file"), message.at("interface"));
    if (!library) return complain(library.error()) == 0;
    const auto detector = library.value()->find(message.at("name"));
    if (!detector) return complain(detector.error()) == 0;
    library_ = std::move(library).value();
    detector_ = detector.value();
    say(hello_of(*detector_));
    return true;
  }

  bool config(const Json& message) {
    const detect::Setting setting{Seed{message.at("seed")}, message.at("shards"), message.at("windows_per_day"),
                                  message.at("members_expected"), message.at("events_per_day_expected")};
    capacity_ = message.at("capacity");
    std::vector<double> values;
    for (const Json& parameter : message.at("parameters")) values.push_back(parameter.at("value"));
    instance_.emplace(library_, *detector_, setting, values);
    say({{"type", "ready"}});
    return true;
  }

  bool batch(const Json& message) {
    instance_.value().observe(channel_.frame());
    if (message.at("ack")) say({{"type", "ok"}});
    return true;
  }

  bool close(const Json& message) {
    const detect::WindowInfo window{message.at("window"), message.at("begin_us"), message.at("end_us")};
    const std::span<const dwell_score> scores = instance_.value().close(window, message.at("floor"), capacity_);
    if (scores.empty()) {
      channel_.send("{\"type\":\"score\",\"count\":0}\n");
      return true;
    }
    static constexpr std::array kColumns = {ColumnSpec{"kind", type_name<std::uint32_t>(), 4},
                                            ColumnSpec{"id", type_name<std::uint64_t>(), 8},
                                            ColumnSpec{"score", type_name<double>(), 8}};
    writer_.begin("scores", window.index, scores.size(), kColumns);
    for (std::size_t i = 0; i < scores.size(); ++i) {
      writer_.column<std::uint32_t>(0)[i] = scores[i].entity.kind;
      writer_.column<std::uint64_t>(1)[i] = scores[i].entity.id;
      writer_.column<double>(2)[i] = scores[i].value;
    }
    say({{"type", "score"}, {"count", scores.size()}}, writer_.finish());
    return true;
  }

  bool save() {
    const std::vector<std::byte> state = instance_.value().save();
    say({{"type", "saved"}}, encode_bytes(writer_, state));
    return true;
  }

  bool restore() {
    instance_.value().restore(channel_.frame().columns.at(0).bytes);
    say({{"type", "ready"}});
    return true;
  }

  Channel channel_;
  std::shared_ptr<const CLibrary> library_;
  const dwell_detector* detector_ = nullptr;
  std::optional<CInstance> instance_;
  std::size_t capacity_ = 0;
  FrameWriter writer_;
};

}  // namespace
}  // namespace dwell::hosts

/// Becomes another program that speaks for itself.
static int become(char** command) {
  ::execv(command[0], command);
  const nlohmann::json error = {
      {"type", "error"}, {"place", command[0]}, {"found", std::string("cannot be started: ") + std::strerror(errno)}};
  const std::string line = error.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) + "\n";
  return ::write(3, line.data(), line.size()) > 0 ? 1 : 2;
}

int main(int argc, char** argv) {
  if (::fcntl(3, F_GETFD) < 0 || ::fcntl(4, F_GETFD) < 0) return 2;
  dwell::hosts::stay_in_group();
  if (argc > 1) return become(argv + 1);
  for (const int wire : {3, 4}) ::fcntl(wire, F_SETFD, FD_CLOEXEC);
  dwell::hosts::keep_wire_from_forks();
  dwell::hosts::leave_with_dwell();
  return dwell::hosts::Host().run();
}
