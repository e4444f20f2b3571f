#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <new>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>

#include "bench/cli/commands.hpp"
#include "bench/cli/interrupt.hpp"
#include "bench/cli/main_command.hpp"
#include "bench/cli/output_file.hpp"
#include "bench/cli/progress.hpp"
#include "bench/cli/ranks.hpp"
#include "bench/cli/terminal.hpp"
#include "bench/perf/phold.hpp"
#include "bench/report/text.hpp"
#include "bench/run/build_info.hpp"
#include "sim/core/failure.hpp"

namespace dwell::cli {
namespace {

using Json = nlohmann::ordered_json;

/// A rank that stands still for so long has spoiled the figures anyway.
constexpr std::chrono::seconds kPholdPatience{60};

/// With fewer pending events what else is in memory weighs more than they do.
constexpr double kFewestWeighed = 10'000;

Json phold_json(const Arguments& arguments, const perf::PholdResult& result, std::size_t threads, unsigned ranks) {
  const perf::PholdShape& shape = arguments.phold;
  const EngineKind engine = *arguments.engine;
  return {{"processes", shape.processes},
          {"start_events", shape.start_events},
          {"mean", shape.mean_units},
          {"lookahead", shape.lookahead_units},
          {"remote", shape.remote},
          {"end", shape.end_units},
          {"seed", shape.seed.value},
          {"engine", enum_names(engine)[static_cast<std::size_t>(engine)]},
          {"ranks", ranks},
          {"threads", threads},
          {"version", run::kVersion},
          {"revision", run::kRevision},
          {"events", result.events},
          {"setup_s", result.setup_s},
          {"wall_s", result.wall_s},
          {"events_per_s", static_cast<double>(result.events) / result.wall_s},
          {"bytes_per_pending_event", result.bytes_per_pending_event},
          {"peak_rss_bytes", result.peak_rss_bytes},
          {"peak_rss_of", engine == EngineKind::mpi ? "all ranks, added up" : "the program"},
          {"digest", fmt::format("{:016x}", result.digest)},
          {"finished", result.finished}};
}

/// "12,345,678"
std::string grouped(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

std::string phold_page(const Json& j) {
  const auto number = [&](const char* key) { return j[key].get<double>(); };
  const auto several = [&](const char* key, const char* word, const char* plural = "s") {
    return fmt::format("{} {}{}", j[key].get<std::size_t>(), word, j[key] == 1 ? "" : plural);
  };
  const std::string where =
      (j["engine"] == "mpi" ? several("ranks", "rank") + " of " : "") + several("threads", "thread");
  // Where the run ends before its first event, none was ever stored.
  const double pending = j["events"] == 0 ? 0 : number("processes") * number("start_events");
  const std::string each =
      pending < kFewestWeighed ? "" : fmt::format(", {:.0f} B a pending event", number("bytes_per_pending_event"));
  const std::string all = number("ranks") > 1 ? ", of all ranks" : "";
  const std::string stopped =
      j["finished"].get<bool>() ? ""
                                : "  partial           stopped before the end; the figures are of the part that ran\n";
  return fmt::format(
      "PHOLD  {}, {} each to start, mean {}, lookahead {}, remote {},\n"
      "       end {}, seed {}; engine {}, {}\n\n"
      "  events            {}\n"
      "  set-up            {:.3f} s\n"
      "  run               {:.3f} s\n"
      "  events/s          {}\n"
      "  peak memory       {}{}{}\n"
      "  digest            {}\n{}",
      several("processes", "process", "es"), j["start_events"].get<std::uint64_t>(), number("mean"),
      number("lookahead"), number("remote"), number("end"), j["seed"].get<std::uint64_t>(),
      j["engine"].get<std::string>(), where, grouped(j["events"].get<std::uint64_t>()), number("setup_s"),
      number("wall_s"), report::short_count(number("events_per_s")), report::short_bytes(number("peak_rss_bytes")), all,
      each, j["digest"].get<std::string>(), stopped);
}

std::string phold_progress(double done, std::uint64_t events, double end_units, double elapsed_s) {
  const std::string when = fmt::format("time {:.0f} of {}", done * end_units, end_units);
  return progress_text("phold", done, events, when, elapsed_s);
}

std::unique_ptr<kernel::Engine> make_engine(const Arguments& arguments, kernel::Executor& executor,
                                            kernel::Transport* transport) {
  const kernel::EngineOptions options = arguments.phold.engine_options();
  if (transport != nullptr) return kernel::make_distributed_engine(options, executor, *transport);
  if (arguments.engine == EngineKind::serial) return kernel::make_serial_engine(options);
  return kernel::make_windowed_engine(options, executor);
}

int deliver(const Arguments& arguments, const perf::PholdResult& result, const Json& document,
            const std::optional<OutputFile>& file) {
  const std::string text = document.dump(2) + "\n";
  if (file) {
    if (const Status written = file->write(text); !written) return complain(written.error(), kFailed);
  }
  int code = kDone;
  if (!arguments.json) code = put(phold_page(document));
  if (arguments.json && !file) code = put(text);
  if (code == kDone && !result.finished) {
    say("dwell: stopped before the end; the figures are of the part that ran\n");
    return kInterrupted;
  }
  return code;
}

}  // namespace

int phold_command(const Arguments& asked) {
  Arguments arguments = asked;
  if (!arguments.engine) arguments.engine = started_on_ranks() ? EngineKind::mpi : EngineKind::threads;
  if (started_on_several_ranks() && arguments.engine != EngineKind::mpi) {
    return complain({"", "--engine", "means one rank, but mpirun started several", "mpi, or no mpirun and no --ranks"},
                    kBadInput);
  }
  std::optional<OutputFile> file;
  if (!arguments.output.empty() && speaks()) {
    const Result<OutputFile> prepared = OutputFile::prepare(arguments.output, {});
    if (!prepared) return complain(prepared.error(), kBadInput);
    file = prepared.value();
  }
  const auto ranks = Ranks::join(arguments.engine == EngineKind::mpi);
  if (!ranks) return complain(ranks.error(), kBadInput);
  const unsigned count = ranks.value()->count();
  const bool serial = arguments.engine == EngineKind::serial;
  const std::size_t all = std::max(1U, std::thread::hardware_concurrency() / ranks.value()->here());
  const std::size_t threads = serial ? 1 : arguments.threads == 0 ? all : arguments.threads;
  const auto executor = kernel::make_thread_executor(threads);
  std::unique_ptr<kernel::Transport> transport;
  if (arguments.engine == EngineKind::mpi)
    transport = ranks.value()->make_transport(arguments.patience.value_or(kPholdPatience));
  const auto engine = make_engine(arguments, *executor, transport.get());
  catch_interrupts(arguments.quiet);
  perf::PholdResult result;
  try {
    ProgressLine line(arguments.quiet, stderr_is_terminal());
    result = run_phold(arguments.phold, *engine, [&](double done, std::uint64_t events, double elapsed_s) {
      line.show(elapsed_s, [&] { return phold_progress(done, events * count, arguments.phold.end_units, elapsed_s); });
      return !stop_requested();
    });
  } catch (const std::exception& error) {
    const std::string words = failure_text(error, arguments.phold.remedy());
    if (transport != nullptr) transport->fail(words);  // from any rank, in its words
    if (dynamic_cast<const std::bad_alloc*>(&error) == nullptr) throw;
    say("dwell: " + words + "\n");
    return kFailed;
  }
  return deliver(arguments, result, phold_json(arguments, result, threads, count), file);
}

}  // namespace dwell::cli
