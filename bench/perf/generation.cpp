#include "bench/perf/generation.hpp"

#include <chrono>

#include "sim/core/resources.hpp"
#include "sim/world/simulation.hpp"

namespace dwell::perf {
namespace {

constexpr std::int64_t kWindowsPerHour = Duration::hours(1) / world::kWindow;
constexpr std::int64_t kWindowsPerDay = Duration::days(1) / world::kWindow;

template <class Batch>
std::uint64_t bytes_of(const telemetry::Labelled<Batch>& rows) {
  return rows.rows.size() * (Batch::kRowBytes + sizeof(Origin));
}

void count(const world::Simulation& simulation, GenerationResult& result) {
  for (const telemetry::PartitionRows& rows : simulation.partitions()) {
    result.auth_rows += rows.auth.rows.size();
    result.row_bytes += bytes_of(rows.access) + bytes_of(rows.auth);
  }
}

}  // namespace

Result<GenerationResult> measure_generation(const world::Scenario& scenario, const GenerationOptions& options,
                                            const GenerationProgress& progress) {
  using Clock = std::chrono::steady_clock;
  const auto since = [](Clock::time_point t) { return std::chrono::duration<double>(Clock::now() - t).count(); };
  const Clock::time_point begin = Clock::now();
  world::Scenario clean = scenario;
  clean.warm_up = Duration{};
  clean.campaign.on = false;
  auto made = world::Simulation::make(clean, {.scale = options.scale,
                                              .seed = options.seed,
                                              .days = options.days,
                                              .executor = options.executor,
                                              .measure_stages = true});
  if (!made) return made.error();
  world::Simulation& simulation = *made.value();
  GenerationResult result;
  result.accounts = simulation.plan().accounts;
  result.shards = simulation.plan().shards;
  result.setup_s = since(begin);
  const Clock::time_point started = Clock::now();
  const double cpu_before_s = resource_use().cpu_s;
  for (std::int64_t w = 1; result.finished && simulation.step(); ++w) {
    count(simulation, result);
    if (progress && w % kWindowsPerHour == 0) {
      const double done = static_cast<double>(w) / static_cast<double>(simulation.plan().windows);
      const Date date{simulation.plan().first_day.days + static_cast<std::int32_t>((w - 1) / kWindowsPerDay)};
      result.finished = progress(done, date, simulation.rows(), since(started));
    }
  }
  result.wall_s = since(started);
  result.cpu_s = resource_use().cpu_s - cpu_before_s;
  result.stages = simulation.stages();
  result.events = simulation.rows();
  result.digest = simulation.background_digest();
  return result;
}

}  // namespace dwell::perf
