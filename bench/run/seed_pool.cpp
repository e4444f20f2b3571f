#include "bench/run/seed_pool.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>

#include <fmt/format.h>

#include "bench/run/pulse.hpp"
#include "bench/run/run_state.hpp"
#include "bench/run/scoring.hpp"
#include "sim/core/check.hpp"
#include "sim/core/failure.hpp"

namespace dwell::run {

ProgressBoard::ProgressBoard(const StudyOptions& options, std::uint64_t runs, std::uint64_t own)
    : options_(options), begin_(Clock::now()), runs_(runs), own_(std::max<std::uint64_t>(1, own)) {}

bool ProgressBoard::report(std::size_t run, const char* phase, double done, Date date, std::uint64_t events) {
  const std::lock_guard lock(mutex_);
  Stand& stand = runs_[run];
  if (!stand.known) stand = {done, done, events, events, true};
  stand.done = done;
  stand.events = events;
  const auto now = Clock::now();
  if (options_.progress && (now - last_ > std::chrono::milliseconds(200))) {
    last_ = now;
    Progress progress{.phase = phase, .runs = own_, .date = date};
    for (const Stand& each : runs_) {
      progress.done += each.done / static_cast<double>(own_);
      progress.done_before += each.done_before / static_cast<double>(own_);
      progress.events += each.events - each.events_before;
      progress.runs_done += each.done >= 1 ? 1 : 0;
    }
    progress.elapsed_s = std::chrono::duration<double>(now - begin_).count();
    options_.progress(progress);
  }
  return !stopped();
}

std::uint64_t ProgressBoard::events() {
  const std::lock_guard lock(mutex_);
  std::uint64_t total = 0;
  for (const Stand& each : runs_) total += each.events - each.events_before;
  return total;
}

WorldOptions SeedPool::world_options(std::uint64_t seed, const Thresholds* thresholds) const {
  WorldOptions world{.scale = options_.scale, .seed = {seed}, .days = options_.days, .floors = {}};
  world.evaluation = thresholds != nullptr;
  if (thresholds != nullptr) {
    world.floors = floors_of(*thresholds);
    world.thresholds = *thresholds;
  }
  return world;
}

Result<std::vector<WorldRecord>> SeedPool::run(const std::vector<std::uint64_t>& seeds, const Thresholds* thresholds,
                                               std::size_t first_run) {
  Batch batch{seeds,
              thresholds,
              first_run,
              seeds_here(options_, seeds.size()),
              std::vector<std::optional<WorldRecord>>(seeds.size()),
              {}};
  if (!together()) longest_first(batch);
  try {
    run_mine(batch);
    if (options_.ranks != nullptr) exchange(batch);
  } catch (const std::exception& error) {
    if (options_.ranks != nullptr)
      options_.ranks->exchange().fail(failure_text(error, world::remedy_of(options_.scale)));
    throw;
  }
  if (batch.error) return *batch.error;
  std::vector<WorldRecord> finished;
  for (std::optional<WorldRecord>& record : batch.records) {
    if (record) finished.push_back(std::move(*record));
  }
  return finished;
}

std::vector<std::size_t> SeedPool::seeds_here(const StudyOptions& options, std::size_t seeds) {
  const bool apart = options.ranks != nullptr && options.spread == Spread::seeds;
  std::vector<std::size_t> places;
  for (std::size_t i = apart ? options.ranks->rank() : 0; i < seeds; i += apart ? options.ranks->ranks() : 1) {
    places.push_back(i);
  }
  return places;
}

/// Scored runs differ by weeks, as their onsets do: the last to begin should be a short one.
void SeedPool::longest_first(Batch& batch) const {
  std::vector<std::int64_t> windows(batch.seeds.size());
  for (const std::size_t i : batch.mine) {
    const auto plan = world::plan_run(scenario_, simulation_options(world_options(batch.seeds[i], batch.thresholds)));
    if (plan) windows[i] = plan.value().windows;
  }
  std::stable_sort(batch.mine.begin(), batch.mine.end(),
                   [&](std::size_t a, std::size_t b) { return windows[a] > windows[b]; });
}

void SeedPool::run_mine(Batch& batch) {
  std::exception_ptr thrown;
  std::mutex mutex;  // of what threads leave behind: thrown and the error
  std::atomic<std::size_t> next = 0;
  Pulse pulse(together() ? nullptr : options_.ranks);
  const std::size_t side_by_side = together() ? 1 : std::max<std::size_t>(1, batch.mine.size());
  const std::size_t at_once = std::clamp<std::size_t>(options_.threads, 1, side_by_side);
  const std::size_t threads_each = std::max<std::size_t>(1, options_.threads / at_once);
  const auto work = [&] {
    try {
      const auto executor =
          threads_each > 1 ? kernel::make_thread_executor(threads_each) : kernel::make_inline_executor();
      // Ranks that run a seed together agree there on whether to stop.
      for (std::size_t at = next++; at < batch.mine.size() && (together() || !board_.stopped()); at = next++) {
        const std::size_t i = batch.mine[at];
        WorldOptions world = world_options(batch.seeds[i], batch.thresholds);
        world.executor = executor.get();
        world.ranks = together() ? options_.ranks : nullptr;
        world.each_window = [&] { pulse.beat(); };
        world.each_day = [&, i](double done, Date date, std::uint64_t events) {
          const char* const phase = world.evaluation ? "scoring" : "calibrating";
          return board_.report(batch.first_run + i, phase, done, date, events);
        };
        auto result = run_or_recall(batch.first_run + i, world);
        if (result) {
          batch.records[i] = std::move(result).value();
          if (together() && !batch.records[i]) break;
          continue;
        }
        next = batch.mine.size();
        const std::lock_guard lock(mutex);
        if (!batch.error) batch.error = result.error();
      }
    } catch (...) {
      next = batch.mine.size();
      const std::lock_guard lock(mutex);
      if (!thrown) thrown = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 1; t < at_once; ++t) {
      threads.emplace_back([&] {
        work();
        pulse.leave();
      });
    }
    work();
    pulse.wait_for(at_once - 1);
  }
  if (thrown) std::rethrow_exception(thrown);
}

/// A block holds the rank's error, if it has one, and its finished runs with their places. Runs made together are given
/// by the first rank, which alone has them whole.
void SeedPool::exchange(Batch& batch) const {
  if (!first_of_together()) batch.records.assign(batch.seeds.size(), std::nullopt);
  ByteWriter writer;
  writer.put(batch.error.has_value());
  if (batch.error) put(writer, *batch.error);
  for (const std::size_t i : batch.mine) {
    if (!batch.records[i]) continue;
    ByteWriter record;
    save(record, *batch.records[i]);
    writer.put(static_cast<std::uint64_t>(i));
    writer.put_vector(std::vector<std::byte>(record.bytes().begin(), record.bytes().end()));
  }
  const world::RankExchange::Blocks& blocks = options_.ranks->exchange().all(writer.bytes());
  for (unsigned rank = 0; rank < blocks.size(); ++rank) {
    if (rank != options_.ranks->rank()) take_block(batch, rank, blocks[rank]);
  }
}

void SeedPool::take_block(Batch& batch, unsigned rank, std::span<const std::byte> block) const {
  const std::string name = fmt::format("rank {}", rank);
  ByteReader reader(block);
  if (reader.get<bool>()) {
    Error error = get_error(reader);
    if (!batch.error) batch.error = std::move(error);
  }
  while (reader.remaining() > 0 && !reader.failed()) {
    const auto i = static_cast<std::size_t>(reader.get<std::uint64_t>());
    const auto bytes = reader.get_vector<std::byte>();
    DWELL_DEMAND(!reader.failed() && i < batch.seeds.size(), "a block of " + name + " is damaged");
    auto record = recall(bytes, name, world_options(batch.seeds[i], batch.thresholds));
    DWELL_DEMAND(record.ok(), "a run that " + name + " gave is damaged");
    batch.records[i] = std::move(record).value();
  }
}

/// What is kept under a name; of ranks that run seeds together the first looks and tells the others, so that all take
/// the same way.
Result<std::optional<std::vector<std::byte>>> SeedPool::find_kept(const std::string& name) const {
  using Found = std::optional<std::vector<std::byte>>;
  const CheckpointFolder& folder = *options_.checkpoint;
  if (!together()) return folder.get(name);
  Result<Found> found = first_of_together() ? folder.get(name) : Result<Found>(Found{});
  world::RankExchange& ranks = options_.ranks->exchange();
  if (const Status looked = agree(ranks, found ? success() : Status(found.error())); !looked) return looked.error();
  ByteWriter writer;
  writer.put(found.value().has_value());
  if (found.value()) writer.put_all(std::span<const std::byte>(*found.value()));
  ByteReader reader(ranks.all(writer.bytes())[0]);
  const bool any = reader.get<bool>();
  return any ? Found(reader.get_vector<std::byte>()) : Found{};
}

Result<std::optional<WorldRecord>> SeedPool::run_or_recall(std::size_t run, WorldOptions& world) {
  if (options_.checkpoint == nullptr) return run_world(scenario_, list_, world);
  const CheckpointFolder& folder = *options_.checkpoint;
  const std::string done = fmt::format("run-{:04}-done", run);
  const std::string under_way = fmt::format("run-{:04}", run);
  const auto found = find_kept(done);
  if (!found) return found.error();
  if (found.value()) {
    auto record = recall(*found.value(), done, world);
    if (!record) return record.error();
    if (world.each_day) world.each_day(1, record.value().plan.first_day, record.value().rows);
    return std::optional<WorldRecord>(std::move(record).value());
  }
  world.checkpoint = WorldCheckpoint{.every = options_.checkpoint_every,
                                     .name = under_way,
                                     .load = [this, under_way] { return find_kept(under_way); },
                                     .store =
                                         [this, &folder, under_way](std::span<const std::byte> bytes) {
                                           // A detector from outside whose answer was given up counts as failed there:
                                           // the checkpoint before is the truth.
                                           return board_.stopped() ? success() : folder.put(under_way, bytes);
                                         }};
  auto record = run_world(scenario_, list_, world);
  if (!record || !record.value()) return record;
  Status kept = success();
  if (first_of_together()) {
    ByteWriter writer;
    save(writer, *record.value());
    kept = folder.put(done, writer.bytes());
    if (kept) folder.remove(under_way);
  }
  if (together()) kept = agree(options_.ranks->exchange(), kept);
  if (!kept) return kept.error();
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
