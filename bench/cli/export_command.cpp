// `export`: rows of a scenario as frames, window by window, in order of ingestion.

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <string>

#include "bench/cli/commands.hpp"
#include "bench/cli/interrupt.hpp"
#include "bench/cli/main_command.hpp"
#include "bench/cli/names.hpp"
#include "bench/cli/output_file.hpp"
#include "bench/cli/progress.hpp"
#include "bench/cli/scenarios.hpp"
#include "bench/cli/terminal.hpp"
#include "bench/run/feed.hpp"
#include "detectors/hosts/introduction.hpp"
#include "detectors/hosts/row_frames.hpp"
#include "sim/world/simulation.hpp"

namespace dwell::cli {
namespace {

constexpr std::int64_t kWindowsPerDay = Duration::days(1) / world::kWindow;
constexpr std::int64_t kWindowsPerHour = Duration::hours(1) / world::kWindow;

/// Where frames go: stdout, or a file that has its name only when it is whole.
class Sink {
 public:
  static Result<Sink> open(const std::string& path, const std::string& input) {
    if (path.empty() || path == "-") {
      if (::isatty(STDOUT_FILENO) == 1) {
        return Error{"", "--output", "found a terminal, which shows no binary batches", "a file or a pipe"};
      }
      return Sink(STDOUT_FILENO, "");
    }
    const Result<OutputFile> checked = OutputFile::prepare(path, {input});
    if (!checked) return checked.error();
    const int fd = ::open((path + ".partial").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) return Error{path + ".partial", "", std::strerror(errno), "a place to write to"};
    return Sink(fd, path);
  }

  bool put(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return false;
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return true;
  }

  /// Nothing of a file is left unless it is whole.
  Status close(bool whole) {
    if (path_.empty()) return success();
    const bool closed = ::close(fd_) == 0;
    const std::string partial = path_ + ".partial";
    if (whole && closed && ::rename(partial.c_str(), path_.c_str()) == 0) return success();
    const Error problem{path_, "", whole ? std::strerror(errno) : "was not finished", "a place to write to"};
    ::unlink(partial.c_str());
    return problem;
  }

 private:
  Sink(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  int fd_;
  std::string path_;
};

struct Wanted {
  detect::TopicMask topics = 0;
  detect::PageMask pages = 0;
};

Result<Wanted> read_wanted(const Arguments& arguments) {
  const auto topics = hosts::read_topics(arguments.topics);
  if (!topics) return Error{"", "--topics", topics.error().found, topics.error().accepted};
  const auto pages = hosts::read_pages(arguments.pages);
  if (!pages) return Error{"", "--pages", pages.error().found, pages.error().accepted};
  static const std::array<std::string, 1> formats = {"batches"};
  if (arguments.format != formats[0]) {
    return Error{"", "--format", "found \"" + arguments.format + "\"", accepted_names(arguments.format, formats)};
  }
  return Wanted{topics.value(), pages.value()};
}

/// The rows of a run as a detector would get them in the factual view.
class Exporter {
 public:
  Exporter(world::Simulation& simulation, const Wanted& wanted, std::uint64_t seed)
      : simulation_(simulation),
        wanted_(wanted),
        seed_(seed),
        label_([&](Origin origin) { return simulation.label(origin); }),
        lane_({{wanted.pages, true, false}, {detect::kAllPages, true, false}, {wanted.topics}, false},
              simulation.plan().shards) {
    columns_.fill(hosts::kAllColumns);
  }

  /// False when the sink takes no more.
  bool window(std::int64_t index, Sink& sink) {
    lane_.load({simulation_.partitions(), &simulation_.platform(), &label_, simulation_.plan().shift, seed_});
    bool taken = true;
    hosts::encode_all(writer_, lane_.ordered(0, run::View::factual), wanted_.topics, columns_, index,
                      [&](std::span<const std::byte> frame) { taken = taken && sink.put(frame); });
    return taken;
  }

 private:
  world::Simulation& simulation_;
  Wanted wanted_;
  std::uint64_t seed_;
  run::LabelOf label_;
  run::Lane lane_;
  hosts::ColumnMasks columns_{};
  hosts::FrameWriter writer_;
};

void show(ProgressLine& line, const world::Simulation& simulation, std::int64_t window, std::int64_t end,
          std::chrono::steady_clock::time_point begin) {
  const double elapsed_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const double done = static_cast<double>(window) / static_cast<double>(end);
  line.show(elapsed_s, [&] {
    const Date date{simulation.plan().first_day.days + static_cast<std::int32_t>(window / kWindowsPerDay)};
    return progress_text("exporting", done, simulation.rows(), world::to_string(date), elapsed_s);
  });
}

int write_rows(const Arguments& arguments, world::Simulation& simulation, const Wanted& wanted, Sink& sink) {
  Exporter exporter(simulation, wanted, arguments.seed);
  const std::int64_t all = simulation.plan().windows;
  const std::int64_t end = arguments.days == 0 ? all : std::min(all, arguments.days * kWindowsPerDay);
  bool taken = true;
  std::int64_t window = 0;
  int problem = 0;
  {
    ProgressLine line(arguments.quiet, stderr_is_terminal());
    const auto begin = std::chrono::steady_clock::now();
    for (; window < end && taken && !stop_requested() && simulation.step(); ++window) {
      taken = exporter.window(window, sink);
      problem = errno;
      if (window % kWindowsPerHour == 0) show(line, simulation, window, end, begin);
    }
  }
  const Status closed = sink.close(window == end && taken);
  if (stop_requested()) return kInterrupted;
  // A reader who has seen enough is no failure.
  if (!taken && problem == EPIPE) return kDone;
  if (!taken) return complain(Error{arguments.output, "", std::strerror(problem), "a place to write to"}, kFailed);
  return closed ? kDone : complain(closed.error(), kFailed);
}

}  // namespace

int export_command(const Arguments& arguments) {
  const Result<Wanted> wanted = read_wanted(arguments);
  if (!wanted) return complain(wanted.error(), kBadInput);
  const Result<std::string> path = find_scenario(arguments.subject);
  if (!path) return complain(path.error(), kBadInput);
  Result<world::Scenario> scenario = load_scenario(path.value());
  if (!scenario) return complain(scenario.error(), kBadInput);
  if (const Status status = apply_overrides(arguments, scenario.value()); !status) {
    return complain(status.error(), kBadInput);
  }
  const bool campaign = !arguments.clean;
  const auto made = world::Simulation::make(
      scenario.value(),
      {.scale = scenario.value().scale, .seed = Seed{arguments.seed}, .campaign = campaign, .jitter = campaign});
  if (!made) return complain(made.error(), kBadInput);
  Result<Sink> sink = Sink::open(arguments.output, path.value());
  if (!sink) return complain(sink.error(), kBadInput);
  catch_interrupts(arguments.quiet);
  return write_rows(arguments, *made.value(), wanted.value(), sink.value());
}

}  // namespace dwell::cli
