#include "bench/run/world_run.hpp"

#include <chrono>

#include "bench/oracle/oracle_volume.hpp"
#include "detectors/catalogue.hpp"
#include "sim/core/digest.hpp"

namespace dwell::run {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::int64_t kWindowsPerDay = Duration::days(1) / world::kWindow;

std::shared_ptr<const oracle::Intensities> intensities_of(const world::Simulation& simulation) {
  const world::RunPlan& plan = simulation.plan();
  auto truth = std::make_shared<oracle::Intensities>();
  truth->members.resize(static_cast<std::size_t>(plan.windows));
  for (std::int64_t w = 0; w < plan.windows; ++w) {
    truth->members[static_cast<std::size_t>(w)] = simulation.model().intensity(w);
  }
  for (std::uint32_t page = 0; page < kPages; ++page) {
    truth->share[page] = simulation.model().page_share(static_cast<Page>(page));
  }
  truth->warm_up_windows = plan.warm_up_windows;
  truth->windows_per_day = kWindowsPerDay;
  truth->campaign_by_hour = simulation.campaign_by_hour();
  return truth;
}

/// The seed of the detectors' own coins: another stream than the world's.
Seed detector_seed(Seed seed) { return {mix64(seed.value, 0x6465746563746f72ULL)}; }

}  // namespace

Result<std::vector<Contender>> contenders(const std::vector<std::string>& names) {
  std::vector<Contender> list;
  const auto add = [&](const detect::CatalogueEntry& entry) {
    const detect::Descriptor descriptor = entry.describe();
    list.push_back({descriptor, descriptor.control ? "control" : "detector",
                    [&entry, descriptor](const detect::Setting& setting) { return entry.make(descriptor, setting); }});
  };
  if (names.empty()) {
    for (const detect::CatalogueEntry& entry : detect::catalogue()) add(entry);
  }
  for (const std::string& name : names) {
    const auto found = detect::find_detector(name);
    if (!found) return found.error();
    add(*found.value());
  }
  list.push_back({oracle::describe_oracle_volume(), "oracle", {}});
  return list;
}

Result<std::optional<WorldRecord>> run_world(const world::Scenario& scenario, std::vector<Contender> contenders,
                                             const WorldOptions& options) {
  const world::RunOptions run{.scale = options.scale,
                              .seed = options.seed,
                              .days = options.days,
                              .campaign = options.evaluation,
                              .placebo = options.evaluation,
                              .jitter = options.evaluation,
                              .executor = options.executor};
  auto made = world::Simulation::make(scenario, run);
  if (!made) return made.error();
  world::Simulation& simulation = *made.value();
  const world::RunPlan& plan = simulation.plan();

  for (Contender& contender : contenders) {
    if (contender.kind != "oracle") continue;
    contender.make = [truth = intensities_of(simulation)](const detect::Setting&) {
      return oracle::make_oracle_volume(truth);
    };
  }
  HarnessOptions harness_options{
      .setting = {.seed = detector_seed(options.seed),
                  .shards = plan.shards,
                  .windows_per_day = kWindowsPerDay,
                  .members_expected = plan.ids,
                  .events_per_day_expected = static_cast<std::uint64_t>(simulation.model().events_per_day())},
      .warm_up_windows = static_cast<std::int32_t>(plan.warm_up_windows),
      .floors = options.floors};
  Harness harness(contenders, harness_options);
  const LabelOf label = [&](Origin origin) { return simulation.label(origin); };

  WorldRecord record;
  bool forked = false;
  for (std::int64_t w = 0;; ++w) {
    const auto begin = Clock::now();
    if (!simulation.step()) break;
    record.generation_s += std::chrono::duration<double>(Clock::now() - begin).count();
    if (!forked && simulation.foreign_rows() != 0) {
      harness.fork();
      forked = true;
    }
    const kernel::Window& window = simulation.window();
    const WindowSource source{simulation.partitions(), &simulation.platform(), &label, plan.shift, options.seed.value};
    harness.window({w, window.begin.us + plan.shift.us, window.end.us + plan.shift.us}, source);
    if (options.each_day && (w + 1) % kWindowsPerDay == 0) {
      const double done = static_cast<double>(w + 1) / static_cast<double>(plan.windows);
      if (!options.each_day(done, w / kWindowsPerDay, simulation.rows())) return std::optional<WorldRecord>{};
    }
  }
  record.seed = options.seed;
  record.plan = plan;
  record.contenders = std::move(harness.runs());
  record.campaign = simulation.keep_campaign();
  record.placebo = simulation.keep_placebo();
  record.rows = simulation.rows();
  record.foreign_rows = simulation.foreign_rows();
  record.background_digest = simulation.background_digest();
  record.foreign_digest = simulation.foreign_digest();
  record.sampled_rows = harness.sampled_rows();
  return std::optional<WorldRecord>(std::move(record));
}

}  // namespace dwell::run
