#include "bench/run/study.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>

#include <fmt/format.h>

#include "bench/run/build_info.hpp"
#include "bench/run/scoring.hpp"
#include "bench/run/seed_pool.hpp"
#include "bench/run/world_run.hpp"
#include "bench/score/budget.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/resources.hpp"
#include "sim/telemetry/schema.hpp"
#include "sim/world/enum_names.hpp"

namespace dwell::run {
namespace {

using Clock = std::chrono::steady_clock;

std::uint64_t calibration_seed(std::uint64_t base, std::uint32_t i) { return 2 * (1000 * base + i); }
std::uint64_t evaluation_seed(std::uint64_t base, std::uint32_t i) { return calibration_seed(base, i) + 1; }

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

std::uint64_t event_digest(const std::vector<WorldRecord>& calibration, const std::vector<WorldRecord>& evaluation) {
  Digest digest;
  for (const auto* records : {&calibration, &evaluation}) {
    for (const WorldRecord& record : *records) {
      digest.add(record.seed.value);
      digest.add(record.background_digest);
      digest.add(record.foreign_digest);
    }
  }
  return digest.value;
}

void fill_manifest(Manifest& m, const world::Scenario& scenario, const StudyOptions& options,
                   const std::vector<WorldRecord>& calibration, const std::vector<WorldRecord>& evaluation) {
  m.scenario = scenario.name;
  m.scenario_title = scenario.title;
  m.scenario_digest = fmt::format("{:016x}", world::scenario_digest(scenario));
  m.baseline = scenario.baseline;
  m.key_use = enum_names(scenario.key_use)[static_cast<std::size_t>(scenario.key_use)];
  m.scale = fmt::format("{}/{}", options.scale.numerator, options.scale.denominator);
  m.base_seed = options.seed;
  for (const WorldRecord& record : calibration) m.calibration_seeds.push_back(record.seed.value);
  for (const WorldRecord& record : evaluation) {
    m.evaluation_seeds.push_back(record.seed.value);
    m.campaign_requests += record.campaign->requests();
    m.campaign_log_share += record.campaign_log_share;
  }
  m.campaign_requests /= evaluation.size();
  m.campaign_log_share /= static_cast<double>(evaluation.size());
  for (const auto* records : {&calibration, &evaluation}) {
    for (const WorldRecord& record : *records) m.events += record.rows + record.foreign_rows;
  }
  const world::RunPlan& plan = evaluation.front().plan;
  m.members = plan.accounts;
  m.shards = plan.shards;
  m.sources = plan.campaign_sources;
  m.version = kVersion;
  m.revision = kRevision;
  m.compiler = kCompiler;
  m.schema_digest = fmt::format("{:016x}", telemetry::schema_digest());
  m.event_digest = fmt::format("{:016x}", event_digest(calibration, evaluation));
  m.warm_up_days = scenario.warm_up.as_days();
  m.horizon_days = static_cast<double>(plan.scored_days);
  m.containment_hours = scenario.containment.as_days() * 24;
  m.partial = calibration.size() < options.calibration_seeds || evaluation.size() < options.evaluation_seeds;
}

/// What this program's part of a study took; on ranks that of all, but for the time.
struct Cost {
  double wall_s = 0, cpu_s = 0;
  std::uint64_t rows = 0;  ///< simulated in it
};

Cost cost_of(ProgressBoard& board, const StudyOptions& options, double wall_s) {
  Cost cost{wall_s, resource_use().cpu_s, board.events()};
  if (options.ranks == nullptr) return cost;
  world::RankExchange& ranks = options.ranks->exchange();
  if (options.spread == Spread::seeds) cost.rows = ranks.sum(cost.rows);  // else each counts those of all
  cost.cpu_s = static_cast<double>(ranks.sum(static_cast<std::uint64_t>(cost.cpu_s * 1e6))) * 1e-6;
  return cost;
}

/// Shards where some rank would have no seed.
Spread spread_of(const StudyOptions& options, unsigned ranks) {
  const std::uint32_t seeds = std::min(options.calibration_seeds, options.evaluation_seeds);
  return options.spread.value_or(seeds >= ranks ? Spread::seeds : Spread::shards);
}

void fill_timing(StudyResult& result, const std::vector<Contender>& list, const std::vector<WorldRecord>& calibration,
                 const std::vector<WorldRecord>& evaluation, const Cost& cost) {
  Timing& timing = result.timing;
  double generation_s = 0;
  std::uint64_t clean_rows = 0, rows = 0;
  for (const Contender& contender : list) timing.detectors.push_back({contender.descriptor.name, 0, 0});
  for (const auto* records : {&calibration, &evaluation}) {
    for (const WorldRecord& record : *records) {
      generation_s += record.generation_s;
      clean_rows += record.clean_rows;
      rows += record.rows;
      for (std::size_t c = 0; c < list.size(); ++c) {
        timing.detectors[c].ns_per_event += record.contenders[c].clean_ns;
        timing.detectors[c].state_bytes = std::max(timing.detectors[c].state_bytes, record.contenders[c].state_bytes);
      }
    }
  }
  for (DetectorCost& detector : timing.detectors)
    detector.ns_per_event /= static_cast<double>(std::max<std::uint64_t>(1, clean_rows));
  const auto events = static_cast<double>(std::max<std::uint64_t>(1, result.manifest.events));
  timing.wall_s = cost.wall_s;
  // What an earlier program did before the checkpoint took none of this time.
  const double here = static_cast<double>(cost.rows) / static_cast<double>(std::max<std::uint64_t>(1, rows));
  timing.events_per_s = events * here / cost.wall_s;
  timing.generation_ns_per_event = generation_s * 1e9 / events;
  const ResourceUse use = resource_use();
  timing.peak_rss_bytes = use.peak_rss_bytes;
  timing.cpu_s = cost.cpu_s;
}

}  // namespace

Result<StudyResult> run_study(const world::Scenario& scenario, const StudyOptions& asked) {
  const auto begin = Clock::now();
  StudyOptions options = asked;
  const unsigned processors = std::max(1U, std::thread::hardware_concurrency());
  if (options.threads == 0) options.threads = std::max(1U, processors / std::max(1U, options.ranks_here));
  if (options.scale.numerator == 0) options.scale = scenario.scale;

  auto list = contenders(options.detectors, options.door);
  if (!list) return list.error();
  std::vector<std::uint64_t> calibration_seeds;
  std::vector<std::uint64_t> evaluation_seeds;
  for (std::uint32_t i = 0; i < options.calibration_seeds; ++i)
    calibration_seeds.push_back(calibration_seed(options.seed, i));
  for (std::uint32_t i = 0; i < options.evaluation_seeds; ++i)
    evaluation_seeds.push_back(evaluation_seed(options.seed, i));

  options.spread = spread_of(options, options.ranks == nullptr ? 1 : options.ranks->ranks());
  ProgressBoard board(options, calibration_seeds.size() + evaluation_seeds.size(),
                      SeedPool::seeds_here(options, calibration_seeds.size()).size() +
                          SeedPool::seeds_here(options, evaluation_seeds.size()).size());
  SeedPool pool(scenario, options, list.value(), board);
  const auto calibration = pool.run(calibration_seeds, 0);
  if (!calibration) return calibration.error();
  const Error stopped{scenario.name, "", "stopped before the first scored seed was finished; nothing to report", ""};
  if (calibration.value().size() < calibration_seeds.size()) return stopped;
  const auto thresholds = calibrate(list.value(), calibration.value());
  const auto evaluation = pool.evaluate(evaluation_seeds, thresholds, calibration_seeds.size());
  if (!evaluation) return evaluation.error();
  if (evaluation.value().empty()) return stopped;

  StudyResult result;
  fill_manifest(result.manifest, scenario, options, calibration.value(), evaluation.value());
  const ScoringInput input{.contenders = &list.value(),
                           .calibration = &calibration.value(),
                           .evaluation = &evaluation.value(),
                           .containment = scenario.containment,
                           .horizon_days = result.manifest.horizon_days,
                           .outcome_days = static_cast<double>(scenario.reading().days),
                           .outcome = "customer complaint",
                           .recognition_cut = scenario.background.complaints.recognised > options.scale.value()};
  score_study(input, thresholds, result);
  fill_timing(result, list.value(), calibration.value(), evaluation.value(),
              cost_of(board, options, std::chrono::duration<double>(Clock::now() - begin).count()));
  result.machine = {options.threads, processors, processor_name()};
  return result;
}

}  // namespace dwell::run
