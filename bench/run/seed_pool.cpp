#include "bench/run/seed_pool.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>

#include <fmt/format.h>

#include "bench/run/run_state.hpp"
#include "bench/run/scoring.hpp"

namespace dwell::run {

ProgressBoard::ProgressBoard(const StudyOptions& options, std::uint64_t runs)
    : options_(options), begin_(Clock::now()), runs_(runs) {}

bool ProgressBoard::report(std::size_t run, const char* phase, double done, Date date, std::uint64_t events) {
  const std::lock_guard lock(mutex_);
  Stand& stand = runs_[run];
  if (!stand.known) stand = {done, done, events, events, true};
  stand.done = done;
  stand.events = events;
  const auto now = Clock::now();
  if (options_.progress && (now - last_ > std::chrono::milliseconds(200))) {
    last_ = now;
    Progress progress{.phase = phase, .runs = runs_.size(), .date = date};
    for (const Stand& each : runs_) {
      progress.done += each.done / static_cast<double>(runs_.size());
      progress.done_before += each.done_before / static_cast<double>(runs_.size());
      progress.events += each.events - each.events_before;
      progress.runs_done += each.done >= 1 ? 1 : 0;
    }
    progress.elapsed_s = std::chrono::duration<double>(now - begin_).count();
    options_.progress(progress);
  }
  return !stopped();
}

Result<std::vector<WorldRecord>> SeedPool::run(const std::vector<std::uint64_t>& seeds, const Thresholds* thresholds,
                                               std::size_t first_run) {
  const bool evaluation = thresholds != nullptr;
  std::vector<std::optional<WorldRecord>> records(seeds.size());
  std::vector<std::optional<Error>> errors(seeds.size());
  std::exception_ptr thrown;
  std::mutex thrown_mutex;
  std::atomic<std::size_t> next = 0;
  const std::size_t at_once = std::min<std::size_t>(std::max(1U, options_.threads), seeds.size());
  const std::size_t threads_each = std::max<std::size_t>(1, options_.threads / at_once);
  const auto work = [&] {
    try {
      const auto executor =
          threads_each > 1 ? kernel::make_thread_executor(threads_each) : kernel::make_inline_executor();
      for (std::size_t i = next++; i < seeds.size() && !board_.stopped(); i = next++) {
        WorldOptions world{.scale = options_.scale,
                           .seed = {seeds[i]},
                           .days = options_.days,
                           .evaluation = evaluation,
                           .floors = evaluation ? floors_of(*thresholds) : std::vector<double>{},
                           .thresholds = evaluation ? *thresholds : Thresholds{},
                           .executor = executor.get()};
        world.each_day = [&, i](double done, Date date, std::uint64_t events) {
          return board_.report(first_run + i, evaluation ? "scoring" : "calibrating", done, date, events);
        };
        auto result = run_or_recall(first_run + i, world);
        if (result) {
          records[i] = std::move(result).value();
        } else {
          errors[i] = result.error();
          next = seeds.size();
        }
      }
    } catch (...) {
      const std::lock_guard lock(thrown_mutex);
      if (!thrown) thrown = std::current_exception();
      next = seeds.size();
    }
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 1; t < at_once; ++t) threads.emplace_back(work);
    work();
  }
  if (thrown) std::rethrow_exception(thrown);
  std::vector<WorldRecord> finished;
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    if (errors[i]) return *errors[i];
    if (records[i]) finished.push_back(std::move(*records[i]));
  }
  return finished;
}

Result<std::optional<WorldRecord>> SeedPool::run_or_recall(std::size_t run, WorldOptions& world) {
  if (options_.checkpoint == nullptr) return run_world(scenario_, list_, world);
  const CheckpointFolder& folder = *options_.checkpoint;
  const std::string done = fmt::format("run-{:04}-done", run);
  const std::string under_way = fmt::format("run-{:04}", run);
  const auto found = folder.get(done);
  if (!found) return found.error();
  if (found.value()) {
    auto record = recall(*found.value(), done, world);
    if (!record) return record.error();
    if (world.each_day) world.each_day(1, record.value().plan.first_day, record.value().rows);
    return std::optional<WorldRecord>(std::move(record).value());
  }
  auto state = folder.get(under_way);
  if (!state) return state.error();
  world.checkpoint = WorldCheckpoint{
      .every = options_.checkpoint_every,
      .state = std::move(state).value(),
      .state_name = under_way,
      .store = [&folder, under_way](std::span<const std::byte> bytes) { return folder.put(under_way, bytes); }};
  auto record = run_world(scenario_, list_, world);
  if (record && record.value()) {
    ByteWriter writer;
    save(writer, *record.value());
    if (const Status kept = folder.put(done, writer.bytes()); !kept) return kept.error();
    folder.remove(under_way);
  }
  return record;
}

Result<WorldRecord> SeedPool::recall(const std::vector<std::byte>& bytes, const std::string& name,
                                     const WorldOptions& world) const {
  const auto plan = world::plan_run(scenario_, simulation_options(world));
  if (!plan) return plan.error();
  const score::ScoreLog empty(score::ScoreLog::Policy::keep_first, 0, 0);
  WorldRecord record;
  record.seed = world.seed;
  record.plan = plan.value();
  for (std::size_t c = 0; c < list_.size(); ++c) record.contenders.push_back({{empty, empty, empty}, {}, 0, 0, {}});
  ByteReader reader(bytes);
  if (const Status restored = restore(reader, record, name); !restored) return restored.error();
  return record;
}

}  // namespace dwell::run
