#include "detectors/hosts/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "detectors/hosts/places.hpp"
#include "sim/telemetry/schema.hpp"

namespace dwell::hosts {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;

constexpr milliseconds kLeaveTaking{1000};
// Beside a detector's own bound: what loading a library, or an interpreter with its packages, takes.
constexpr std::uint64_t kLibraryBytes = 256ULL << 20, kPythonBytes = 2ULL << 30;

std::uint64_t loading_bytes(Kind kind) { return kind == Kind::python ? kPythonBytes : kLibraryBytes; }

std::string line_of(const Json& message) { return message.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n"; }

Launch launch_of(Kind kind) { return kind == Kind::python ? python_host() : library_host(); }

Json parse(std::string_view line) { return Json::parse(line.begin(), line.end(), nullptr, false); }

std::string text_of(const Json& message, const char* key) {
  return message.contains(key) && message[key].is_string() ? message[key].get<std::string>() : "";
}

/// Control characters would tear the one line of an error.
std::string one_line(std::string text) {
  constexpr std::size_t kMost = 400;
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  if (text.size() > kMost) text = text.substr(0, kMost) + "…";
  return text;
}

}  // namespace

Session::Session(const Reference& reference, const HostOptions& options, const Versions& versions)
    : reference_(reference),
      options_(options),
      process_(launch_of(reference.kind)),
      channel_(process_.take_control(), process_.take_data()) {
  process_.limit_memory(loading_bytes(reference.kind));
  channel_.heed(options.stop);
  hello(versions);
}

Session::~Session() {
  if (broken_) return;
  try {
    channel_.allow(kLeaveTaking);
    channel_.send(line_of({{"type", "bye"}}));
    process_.end(kLeaveTaking);
  } catch (const std::exception&) {
    // It is ended all the same.
  }
}

void Session::fail(const std::string& what, const std::string& accepted, bool told) {
  broken_ = true;
  throw SessionError(Error{reference_.file, reference_.name, one_line(what), accepted}, told);
}

template <class Work>
auto Session::in_time(const std::string& doing, Work work) {
  doing_ = doing;
  if (broken_) fail("it failed before");
  try {
    channel_.allow(options_.patience);
    return work();
  } catch (const ChannelError& problem) {
    using Problem = ChannelError::Kind;
    if (problem.kind == Problem::late) {
      fail(fmt::format("no answer within {} s in {}", static_cast<double>(options_.patience.count()) / 1000, doing));
    }
    if (problem.kind == Problem::stopped) fail("stopped while it was waited for in " + doing);
    if (problem.kind == Problem::damaged) fail(fmt::format("a damaged answer in {}: {}", doing, problem.what()));
    // Its last words may still lie in the wire.
    try {
      for (;;) hear("");
    } catch (const ChannelError&) {
    }
    const std::string how = process_.end(kLeaveTaking);
    fail(fmt::format("{} in {}", how.empty() ? "it left" : how, doing));
  }
}

void Session::say(const std::string& lines, std::span<const std::byte> frame) { channel_.send(lines, frame); }

std::string_view Session::hear(const char* type) {
  const std::string_view line = channel_.line();
  const Json message = parse(line);
  if (message.is_discarded() || !message.is_object()) fail("an answer that is no JSON object in " + doing_);
  const std::string found = text_of(message, "type");
  if (found == "error") {
    const std::string place = text_of(message, "place");
    const std::string words = text_of(message, "found");
    const bool during_run = doing_ != "hello" && doing_ != "create";
    fail((place.empty() ? "" : place + ": ") + words + (during_run ? " in " + doing_ : ""),
         text_of(message, "accepted"), true);
  }
  if (*type != '\0' && found != type) {
    fail(fmt::format("found an answer of type \"{}\" in {}", found, doing_), std::string("type \"") + type + "\"");
  }
  return line;
}

void Session::hello(const Versions& versions) {
  in_time("hello", [&] {
    say(line_of({{"type", "hello"},
                 {"protocol", versions.protocol},
                 {"interface", versions.interface},
                 {"schema", fmt::format("{:016x}", telemetry::schema_digest())},
                 {"file", reference_.file},
                 {"name", reference_.name}}));
    const Json answer = parse(hear("hello"));
    if (reference_.name.empty()) {
      reference_.name = text_of(answer, "name");
      reference_.row += ":" + reference_.name;
    }
    auto read = read_hello(answer, reference_);
    if (!read) {
      broken_ = true;
      throw SessionError(read.error());
    }
    introduction_ = std::move(read).value();
  });
  base_bytes_ = process_.resident_bytes();
  process_.limit_memory(introduction_.descriptor.memory_bound_bytes + loading_bytes(reference_.kind));
}

void Session::configure(const detect::Setting& setting) {
  Json parameters = Json::array();
  for (const detect::Parameter& p : introduction_.descriptor.parameters) {
    parameters.push_back({{"name", p.name}, {"value", p.value}});
  }
  in_time("create", [&] {
    say(line_of({{"type", "config"},
                 {"seed", setting.seed.value},
                 {"shards", setting.shards},
                 {"windows_per_day", setting.windows_per_day},
                 {"members_expected", setting.members_expected},
                 {"events_per_day_expected", setting.events_per_day_expected},
                 {"capacity", kMostScores},
                 {"parameters", parameters}}));
    hear("ready");
  });
}

void Session::batch(std::span<const std::byte> frame) {
  in_time("a window's batch", [&] {
    say(R"({"type":"batch","ack":true})"
        "\n",
        frame);
    hear("ok");
  });
}

void Session::close(const detect::WindowInfo& window, std::span<const std::byte> last, detect::Scores& scores) {
  in_time(fmt::format("window {}", window.index), [&] {
    std::string lines;
    if (!last.empty())
      lines = R"({"type":"batch","ack":false})"
              "\n";
    const double floor = std::isfinite(scores.floor()) ? scores.floor() : -1e308;
    lines += fmt::format(R"({{"type":"close","window":{},"begin_us":{},"end_us":{},"floor":{}}})", window.index,
                         window.begin_us, window.end_us, floor);
    lines += '\n';
    say(lines, last);
    take_scores(scores);
  });
}

void Session::take_scores(detect::Scores& scores) {
  const Json answer = parse(hear("score"));
  const auto count = answer.find("count");
  if (count == answer.end() || !count->is_number_unsigned()) fail("a score without its count in " + doing_);
  if (*count == 0U) return;
  if (*count > kMostScores) {
    fail(fmt::format("it gave {} scores in {}", count->get<std::uint64_t>(), doing_),
         fmt::format("at most {}", kMostScores));
  }
  const FrameView& frame = channel_.frame();
  const bool whole = frame.columns.size() == 3 && frame.rows == count->get<std::uint64_t>() &&
                     frame.columns[0].type == "<u4" && frame.columns[1].type == "<u8" && frame.columns[2].type == "<f8";
  if (!whole) fail("another frame than that of scores in " + doing_, "kind <u4, id <u8, score <f8");
  for (std::size_t i = 0; i < frame.rows; ++i) {
    std::uint32_t kind = 0;
    std::uint64_t id = 0;
    double value = 0;
    std::memcpy(&kind, frame.columns[0].bytes.data() + i * sizeof kind, sizeof kind);
    std::memcpy(&id, frame.columns[1].bytes.data() + i * sizeof id, sizeof id);
    std::memcpy(&value, frame.columns[2].bytes.data() + i * sizeof value, sizeof value);
    if (kind >= detect::kEntityKinds) {
      fail(fmt::format("it named an entity of kind {} in {}", kind, doing_),
           fmt::format("0 to {}", detect::kEntityKinds - 1));
    }
    const detect::Entity entity{static_cast<detect::EntityKind>(kind), id};
    if (id > detect::most_id(entity.kind)) {
      fail(fmt::format("it named {} {} in {}", detect::to_string(entity.kind), id, doing_),
           fmt::format("ids up to {}", detect::most_id(entity.kind)));
    }
    if (std::isnan(value)) fail(fmt::format("it scored {} with NaN in {}", to_string(entity), doing_), "a number");
    scores.emit(entity, value);
  }
}

std::vector<std::byte> Session::save() {
  return in_time("save", [&] {
    say(line_of({{"type", "save"}}));
    hear("saved");
    const FrameView& frame = channel_.frame();
    if (frame.columns.size() != 1 || frame.columns[0].type != "|u1") fail("another frame than that of a state");
    return std::vector<std::byte>(frame.columns[0].bytes.begin(), frame.columns[0].bytes.end());
  });
}

void Session::restore(std::span<const std::byte> state) {
  FrameWriter writer;
  in_time("restore", [&] {
    say(line_of({{"type", "restore"}}), encode_bytes(writer, state));
    hear("ready");
  });
}

std::uint64_t Session::state_bytes() const {
  const std::uint64_t now = process_.resident_bytes();
  return now > base_bytes_ ? now - base_bytes_ : 0;
}

}  // namespace dwell::hosts
