#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <string>
#include <thread>

#include "bench/cli/commands.hpp"
#include "bench/cli/interrupt.hpp"
#include "bench/cli/main_command.hpp"
#include "bench/cli/output_file.hpp"
#include "bench/cli/progress.hpp"
#include "bench/cli/scenarios.hpp"
#include "bench/cli/terminal.hpp"
#include "bench/perf/bandwidth.hpp"
#include "bench/perf/generation.hpp"
#include "bench/report/table.hpp"
#include "bench/report/text.hpp"
#include "bench/run/build_info.hpp"
#include "bench/run/world_run.hpp"
#include "sim/core/resources.hpp"

namespace dwell::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kScenario = "coupang-2025";
constexpr world::Scale kScale{1, 20};
constexpr std::uint32_t kDays = 1;

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
    const auto one = generate(1);
    if (!one) return one.error();
    if (!one.value().finished) return std::optional<Json>{};
    const auto all = threads_ == 1 ? one : generate(threads_);
    if (!all) return all.error();
    if (!all.value().finished) return std::optional<Json>{};
    const auto watched = watch();
    if (!watched) return watched.error();
    if (!watched.value()) return std::optional<Json>{};
    const std::uint64_t peak_bytes = resource_use().peak_rss_bytes;  // before the bandwidth's buffers
    Json generations = {generation_json(one.value(), 1)};
    if (threads_ != 1) generations.push_back(generation_json(all.value(), threads_));
    Json document = {{"scenario", scenario_.name},
                     {"scale", fmt::format("{}/{}", scale_.numerator, scale_.denominator)},
                     {"days", days_},
                     {"seed", arguments_.seed},
                     {"version", run::kVersion},
                     {"revision", run::kRevision},
                     {"accounts", one.value().accounts},
                     {"shards", one.value().shards},
                     {"events", one.value().events},
                     {"digest", fmt::format("{:016x}", one.value().digest)},
                     {"generation", generations},
                     {"catalogue", *watched.value()}};
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

  /// The stages' clock also runs while a thread waits for its processor: in a short run they may take more than all
  /// threads had, and are then shares of that.
  static Json stages_json(const perf::GenerationResult& g, double events) {
    Json stages = Json::array();
    const double all_ns = g.cpu_s * 1e9;
    const auto stages_ns =
        static_cast<double>(std::accumulate(g.stages.ns.begin(), g.stages.ns.end(), std::uint64_t{0}));
    const double share = stages_ns > all_ns ? all_ns / stages_ns : 1;
    for (std::size_t s = 0; s < g.stages.ns.size(); ++s) {
      const double ns = share * static_cast<double>(g.stages.ns[s]);
      stages.push_back({{"stage", commerce::kStageNames[s]}, {"core_ns_per_event", ns / events}});
    }
    const double left_ns = std::max(0.0, all_ns - stages_ns);
    stages.push_back({{"stage", "kernel, background, recorder"}, {"core_ns_per_event", left_ns / events}});
    return stages;
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
            {"core_ns_per_event", g.cpu_s * 1e9 / events},
            {"stages", stages_json(g, events)},
            {"auth_rows", g.auth_rows},
            {"row_bytes_per_event", bytes},
            {"copy_bandwidth_bytes_per_s", bandwidth},
            {"bandwidth_share", rate * bytes / bandwidth}};
  }

  /// Generation with every detector watching, on one thread; a day to learn, then the days asked for.
  Result<std::optional<Json>> watch() {
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
    const auto elapsed_s = [&] { return std::chrono::duration<double>(Clock::now() - *begin).count(); };
    options.each_day = [&](double done, Date date, std::uint64_t so_far) {
      if (!begin) begin = Clock::now();
      events = so_far;
      show("with detectors", done, date, so_far, elapsed_s());
      return !stop_requested();
    };
    const auto record = run::run_world(scenario, list.value(), options);
    const double whole_s = begin ? elapsed_s() : 0;
    if (!record) return record.error();
    if (!record.value()) return std::optional<Json>{};
    const double per_event = 1e9 / static_cast<double>(std::max<std::uint64_t>(1, events));
    Json detectors = Json::array();
    double sum_ns = 0;
    for (std::size_t c = 0; c < list.value().size(); ++c) {
      const double ns = record.value()->contenders[c].clean_ns * 1e-9 * per_event;
      sum_ns += ns;
      detectors.push_back({{"detector", list.value()[c].descriptor.name}, {"core_ns_per_event", ns}});
    }
    const double generation_ns = record.value()->generation_s * per_event;
    const double total_ns = whole_s * per_event;
    return std::optional<Json>(Json{{"events", events},
                                    {"generation_core_ns_per_event", generation_ns},
                                    {"detectors_core_ns_per_event", sum_ns},
                                    {"harness_core_ns_per_event", total_ns - generation_ns - sum_ns},
                                    {"total_core_ns_per_event", total_ns},
                                    {"times_generation", total_ns / generation_ns},
                                    {"detectors", detectors}});
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

std::string page(const Json& j) {
  const auto ns = [](const Json& value) { return fmt::format("{:.1f}", value.get<double>()); };
  std::string text = fmt::format("{} at {}: {} accounts in {} shards, {} day{}, {} events\ndigest {}\n\n",
                                 j["scenario"].get<std::string>(), j["scale"].get<std::string>(),
                                 report::short_count(j["accounts"].get<double>()), j["shards"].get<int>(),
                                 j["days"].get<int>(), j["days"] == 1 ? "" : "s",
                                 report::short_count(j["events"].get<double>()), j["digest"].get<std::string>());
  report::Table generation(
      {{"Generation", false}, {"events/s"}, {"core-ns/event"}, {"set-up"}, {"copy, GB/s"}, {"used"}});
  for (const Json& g : j["generation"]) {
    const auto threads = g["threads"].get<std::size_t>();
    generation.row({fmt::format("{} thread{}", threads, threads == 1 ? "" : "s"),
                    report::short_count(g["events_per_s"].get<double>()), ns(g["core_ns_per_event"]),
                    fmt::format("{:.1f} s", g["setup_s"].get<double>()),
                    fmt::format("{:.1f}", g["copy_bandwidth_bytes_per_s"].get<double>() / 1e9),
                    report::percent(g["bandwidth_share"].get<double>())});
  }
  report::Table stages({{"Stages of generation, one thread", false}, {"core-ns/event"}});
  for (const Json& s : j["generation"][0]["stages"]) {
    stages.row({"  " + s["stage"].get<std::string>(), ns(s["core_ns_per_event"])});
  }
  const Json& c = j["catalogue"];
  report::Table catalogue({{"With detectors, one thread", false}, {"core-ns/event"}});
  catalogue.row({"generation", ns(c["generation_core_ns_per_event"])});
  for (const Json& d : c["detectors"]) {
    catalogue.row({"  " + d["detector"].get<std::string>(), ns(d["core_ns_per_event"])});
  }
  catalogue.row({"choosing rows, keeping scores", ns(c["harness_core_ns_per_event"])});
  catalogue.row({"in all", ns(c["total_core_ns_per_event"])});
  const report::Style style = stdout_style();
  return text + generation.render(style) + "\n" + stages.render(style) + "\n" + catalogue.render(style) +
         fmt::format("\n{:.2f} times generation alone; peak memory {}\n", c["times_generation"].get<double>(),
                     report::short_bytes(j["peak_rss_bytes"].get<double>()));
}

}  // namespace

int bench_kernel_command(const Arguments& arguments) {
  const Result<std::string> path = find_scenario(arguments.subject.empty() ? kScenario : arguments.subject);
  if (!path) return complain(path.error(), kBadInput);
  Result<world::Scenario> scenario = load_scenario(path.value());
  if (!scenario) return complain(scenario.error(), kBadInput);
  std::optional<OutputFile> file;
  if (!arguments.output.empty()) {
    const Result<OutputFile> prepared = OutputFile::prepare(arguments.output, path.value());
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
  if (!arguments.json) return put(page(*measured.value()));
  return file ? kDone : put(text);
}

}  // namespace dwell::cli
