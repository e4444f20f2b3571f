#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "bench/cli/bench_kernel_page.hpp"
#include "bench/cli/commands.hpp"
#include "bench/cli/interrupt.hpp"
#include "bench/cli/main_command.hpp"
#include "bench/cli/output_file.hpp"
#include "bench/cli/progress.hpp"
#include "bench/cli/scenarios.hpp"
#include "bench/cli/terminal.hpp"
#include "bench/perf/bandwidth.hpp"
#include "bench/perf/generation.hpp"
#include "bench/perf/repeated.hpp"
#include "bench/run/build_info.hpp"
#include "bench/run/world_run.hpp"
#include "sim/core/resources.hpp"

namespace dwell::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kScenario = "coupang-2025";
constexpr world::Scale kScale{1, 60};
constexpr std::uint32_t kDays = 1;
/// Of generation alone and of generation with detectors each, in turn, so that both meet the same disturbances.
constexpr std::size_t kRuns = 3;

/// The measurement, part by part; an error, or nothing when it was stopped, ends it.
class Measurement {
 public:
  Measurement(const Arguments& arguments, const world::Scenario& scenario)
      : arguments_(arguments),
        scenario_(scenario),
        scale_(arguments.scale.value_or(kScale)),
        days_(arguments.days == 0 ? kDays : arguments.days),
        threads_(arguments.threads == 0 ? std::max(1U, std::thread::hardware_concurrency()) : arguments.threads),
        line_(arguments.quiet, stderr_is_terminal()) {}

  Result<std::optional<Json>> run() {
    std::vector<perf::GenerationResult> alone;
    std::vector<Watched> watched;
    for (std::size_t i = 0; i < kRuns; ++i) {
      const auto generated = generate(1);
      if (!generated) return generated.error();
      if (!generated.value().finished) return std::optional<Json>{};
      alone.push_back(generated.value());
      const auto found = watch();
      if (!found) return found.error();
      if (!found.value()) return std::optional<Json>{};
      watched.push_back(*found.value());
    }
    const auto all = threads_ == 1 ? Result<perf::GenerationResult>(alone.front()) : generate(threads_);
    if (!all) return all.error();
    if (!all.value().finished) return std::optional<Json>{};
    const std::uint64_t peak_bytes = resource_use().peak_rss_bytes;  // before the bandwidth's buffers
    std::vector<double> costs_ns;
    for (const perf::GenerationResult& g : alone) costs_ns.push_back(core_ns_per_event(g));
    const perf::GenerationResult& one = alone[perf::median_place(costs_ns)];
    Json generations = {generation_json(one, 1)};
    generations[0]["runs"] = kRuns;
    generations[0]["spread"] = perf::spread(costs_ns);
    if (threads_ != 1) generations.push_back(generation_json(all.value(), threads_));
    Json document = {{"scenario", scenario_.name},
                     {"scale", fmt::format("{}/{}", scale_.numerator, scale_.denominator)},
                     {"days", days_},
                     {"seed", arguments_.seed},
                     {"version", run::kVersion},
                     {"revision", run::kRevision},
                     {"accounts", one.accounts},
                     {"shards", one.shards},
                     {"events", one.events},
                     {"digest", fmt::format("{:016x}", one.digest)},
                     {"generation", generations},
                     {"catalogue", catalogue_json(watched, core_ns_per_event(one))}};
    document["peak_rss_bytes"] = peak_bytes;
    return std::optional<Json>(document);
  }

 private:
  Result<perf::GenerationResult> generate(std::size_t threads) {
    const auto executor = kernel::make_thread_executor(threads);
    return perf::measure_generation(
        scenario_, {.scale = scale_, .seed = {arguments_.seed}, .days = days_, .executor = executor.get()},
        [&](double done, Date date, std::uint64_t events, double elapsed_s) {
          show(fmt::format("generating on {} thread{}", threads, threads == 1 ? "" : "s"), done, date, events,
               elapsed_s);
          return !stop_requested();
        });
  }

  static double core_ns_per_event(const perf::GenerationResult& g) {
    return g.cpu_s * 1e9 / static_cast<double>(std::max<std::uint64_t>(1, g.events));
  }

  static Json generation_json(const perf::GenerationResult& g, std::size_t threads) {
    const auto events = static_cast<double>(std::max<std::uint64_t>(1, g.events));
    const double rate = events / g.wall_s;
    const double bandwidth = perf::copy_bandwidth_bytes_per_s(threads);
    const double bytes = static_cast<double>(g.row_bytes) / events;
    return {{"threads", threads},
            {"setup_s", g.setup_s},
            {"wall_s", g.wall_s},
            {"events_per_s", rate},
            {"core_ns_per_event", core_ns_per_event(g)},
            {"stages", stages_json(g)},
            {"stages_exceed_cpu", stages_exceed_cpu(g)},
            {"auth_rows", g.auth_rows},
            {"row_bytes_per_event", bytes},
            {"copy_bandwidth_bytes_per_s", bandwidth},
            {"bandwidth_share", rate * bytes / bandwidth}};
  }

  /// A run of generation with detectors: nanoseconds an event, in all and of each.
  struct Watched {
    std::uint64_t events = 0;
    double total_ns = 0;
    std::vector<std::pair<std::string, double>> detectors_ns;
  };

  /// The median of the runs, beside what generation alone takes.
  static Json catalogue_json(const std::vector<Watched>& runs, double generation_ns) {
    std::vector<double> totals_ns;
    for (const Watched& run : runs) totals_ns.push_back(run.total_ns);
    const Watched& median = runs[perf::median_place(totals_ns)];
    Json detectors = Json::array();
    double sum_ns = 0;
    for (const auto& [name, ns] : median.detectors_ns) {
      sum_ns += ns;
      detectors.push_back({{"detector", name}, {"core_ns_per_event", ns}});
    }
    return {{"events", median.events},
            {"runs", runs.size()},
            {"spread", perf::spread(totals_ns)},
            {"generation_core_ns_per_event", generation_ns},
            {"detectors_core_ns_per_event", sum_ns},
            {"harness_core_ns_per_event", median.total_ns - generation_ns - sum_ns},
            {"total_core_ns_per_event", median.total_ns},
            {"times_generation", median.total_ns / generation_ns},
            {"detectors", detectors}};
  }

  /// Generation with every detector watching, on one thread; a day to learn, then the days asked for. Its time is the
  /// processor's, as generation's is; but with detectors in processes of their own, which that does not count, the
  /// clock's.
  Result<std::optional<Watched>> watch() {
    auto list = run::contenders(arguments_.detectors, door_of(arguments_));
    if (!list) return list.error();
    std::erase_if(list.value(), [](const run::Contender& c) { return c.kind == "oracle"; });
    world::Scenario scenario = scenario_;
    scenario.warm_up = Duration::days(1);
    scenario.campaign.on = false;
    run::WorldOptions options{.scale = scale_, .seed = {arguments_.seed}, .days = days_, .floors = {}};
    std::uint64_t events = 0;
    using Clock = std::chrono::steady_clock;
    std::optional<Clock::time_point> begin;  // of the first call, when everything is made
    double cpu_before_s = 0;
    const auto elapsed_s = [&] { return std::chrono::duration<double>(Clock::now() - *begin).count(); };
    options.each_day = [&](double done, Date date, std::uint64_t so_far) {
      if (!begin) {
        begin = Clock::now();
        cpu_before_s = resource_use().cpu_s;
      }
      events = so_far;
      show("with detectors", done, date, so_far, elapsed_s());
      return !stop_requested();
    };
    const auto record = run::run_world(scenario, list.value(), options);
    const bool hosted = std::any_of(list.value().begin(), list.value().end(), [](const auto& c) { return c.hosted; });
    const double whole_s = !begin ? 0 : hosted ? elapsed_s() : resource_use().cpu_s - cpu_before_s;
    if (!record) return record.error();
    if (!record.value()) return std::optional<Watched>{};
    const double per_event = 1e9 / static_cast<double>(std::max<std::uint64_t>(1, events));
    Watched found{events, whole_s * per_event, {}};
    for (std::size_t c = 0; c < list.value().size(); ++c) {
      found.detectors_ns.emplace_back(list.value()[c].descriptor.name,
                                      record.value()->contenders[c].clean_ns * 1e-9 * per_event);
    }
    return std::optional(found);
  }

  void show(const std::string& phase, double done, Date date, std::uint64_t events, double elapsed_s) {
    if (stop_requested()) return;
    line_.show(elapsed_s, [&] { return progress_text(phase, done, events, world::to_string(date), elapsed_s); });
  }

  const Arguments& arguments_;
  const world::Scenario& scenario_;
  world::Scale scale_;
  std::uint32_t days_;
  std::size_t threads_;
  ProgressLine line_;
};

}  // namespace

int bench_kernel_command(const Arguments& arguments) {
  const Result<std::string> path = find_scenario(arguments.subject.empty() ? kScenario : arguments.subject);
  if (!path) return complain(path.error(), kBadInput);
  Result<world::Scenario> scenario = load_scenario(path.value());
  if (!scenario) return complain(scenario.error(), kBadInput);
  std::optional<OutputFile> file;
  if (!arguments.output.empty()) {
    const Result<OutputFile> prepared =
        OutputFile::prepare(arguments.output, input_files({path.value()}, arguments.detectors));
    if (!prepared) return complain(prepared.error(), kBadInput);
    file = prepared.value();
  }
  catch_interrupts(arguments.quiet);
  const auto measured = Measurement(arguments, scenario.value()).run();
  if (!measured) return complain(measured.error(), kBadInput);
  if (!measured.value()) {
    say("dwell: stopped before the end; nothing was measured\n");
    return kInterrupted;
  }
  const std::string text = measured.value()->dump(2) + "\n";
  if (file) {
    if (const Status written = file->write(text); !written) return complain(written.error(), kFailed);
  }
  if (!arguments.json) return put(bench_kernel_page(*measured.value(), stdout_style()));
  return file ? kDone : put(text);
}

}  // namespace dwell::cli
