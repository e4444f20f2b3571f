#include "bench/check/stream.hpp"

#include <time.h>

#include <algorithm>
#include <limits>
#include <thread>

#include "detectors/features/own_stage.hpp"
#include "sim/core/digest.hpp"

namespace dwell::check {
namespace {

using namespace detect;
using telemetry::Topic;

struct Choice {
  std::vector<std::uint32_t> access, auth;
};

/// The rows of `window` that a descriptor subscribes to, for one shard or for all; until the next call of this thread.
const Choice& choose(const Descriptor& d, const StreamWindow& window, std::int64_t shard) {
  thread_local Choice choice;
  choice.access.clear();
  choice.auth.clear();
  const auto mine = [&](std::uint32_t member) {
    return shard < 0 || member % kShards == static_cast<std::uint32_t>(shard);
  };
  if ((d.topics & topic_bit(Topic::access)) != 0) {
    for (std::uint32_t i = 0; i < window.access.size(); ++i) {
      if ((d.pages >> window.access.page[i] & 1U) != 0 && mine(window.access.member[i])) choice.access.push_back(i);
    }
  }
  if ((d.topics & topic_bit(Topic::auth)) != 0) {
    for (std::uint32_t i = 0; i < window.auth.size(); ++i) {
      if (mine(window.auth.member[i])) choice.auth.push_back(i);
    }
  }
  return choice;
}

WindowRows platform_rows(const Descriptor& d, const StreamWindow& window) {
  WindowRows rows;
  if ((d.topics & topic_bit(Topic::keys)) != 0) rows.keys = {window.keys, {}};
  if ((d.topics & topic_bit(Topic::workforce)) != 0) rows.workforce = {window.workforce, {}};
  if ((d.topics & topic_bit(Topic::audit)) != 0) rows.audit = {window.audit, {}};
  if ((d.topics & topic_bit(Topic::complaints)) != 0) rows.complaints = {window.complaints, {}};
  if ((d.topics & topic_bit(Topic::deception)) != 0) rows.deception = {window.deception, {}};
  return rows;
}

/// Calls `observe` once or, when splitting, twice with the rows cut in two.
void deliver(const Descriptor& d, const StreamWindow& window, const Choice& choice, bool split,
             const std::function<void(const WindowRows&)>& observe) {
  const std::span<const std::uint32_t> access = choice.access;
  const std::span<const std::uint32_t> auth = choice.auth;
  WindowRows rows = platform_rows(d, window);
  if (!split) {
    rows.access = {window.access, access, {}};
    rows.auth = {window.auth, auth, {}};
    observe(rows);
    return;
  }
  rows.access = {window.access, access.first(access.size() / 2), {}};
  rows.auth = {window.auth, auth.first(auth.size() / 2), {}};
  observe(rows);
  rows.access = {window.access, access.subspan(access.size() / 2), {}};
  rows.auth = {window.auth, auth.subspan(auth.size() / 2), {}};
  observe(rows);
}

struct Instance {
  std::unique_ptr<Detector> detector;
  std::vector<std::unique_ptr<ShardState>> shards;
  bool timed = false;
  double core_ns = 0;  // in calls of the detector, when timed
};

double thread_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// What reading the clock twice says of nothing at all: some hundred nanoseconds, where a call may take a few thousand.
double clock_ns() {
  static const double least_ns = [] {
    double least = std::numeric_limits<double>::infinity();
    for (int i = 0; i < 1000; ++i) {
      const double begin_ns = thread_ns();
      least = std::min(least, thread_ns() - begin_ns);
    }
    return least;
  }();
  return least_ns;
}

/// Calls the detector, and notes how long that takes without the clock.
template <class Call>
void call(Instance& instance, Call call_detector) {
  if (!instance.timed) return call_detector();
  const double outside_begin_ns = instance.detector->outside_ns(), begin_ns = thread_ns();
  call_detector();
  const double end_ns = thread_ns();
  instance.core_ns +=
      std::max(0.0, end_ns - begin_ns - clock_ns()) + instance.detector->outside_ns() - outside_begin_ns;
}

Instance make_instance(const Subject& subject, std::uint64_t seed) {
  Instance instance{with_own_stage(subject.make(setting(seed))), {}};
  if (auto* sharded = dynamic_cast<ShardedDetector*>(instance.detector.get()); sharded != nullptr) {
    for (std::uint32_t s = 0; s < kShards; ++s) {
      auto state = sharded->make_shard_state(ShardId{s});
      if (state) instance.shards.push_back(std::move(state));
    }
  }
  return instance;
}

Instance clone(const Instance& from) {
  Instance instance{from.detector->clone(), {}};
  for (const auto& state : from.shards) instance.shards.push_back(state->clone());
  return instance;
}

Instance restored(const Subject& subject, std::uint64_t seed, const Instance& from) {
  ByteWriter writer;
  from.detector->save(writer);
  for (const auto& state : from.shards) state->save(writer);
  Instance instance = make_instance(subject, seed);
  ByteReader reader(writer.bytes());
  DWELL_DEMAND(instance.detector->restore(reader).ok(), "a saved detector must restore");
  for (const auto& state : instance.shards) DWELL_DEMAND(state->restore(reader).ok(), "a saved shard must restore");
  DWELL_DEMAND(reader.remaining() == 0, "restoring must read what saving wrote");
  return instance;
}

void merge_in_random_order(std::vector<WindowTable>& parts, std::uint64_t seed, WindowTable& table) {
  for (std::uint64_t n = 0; parts.size() > 1; ++n) {
    const std::size_t from = mix64(seed, 2 * n) % parts.size();
    const WindowTable part = std::move(parts[from]);
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(from));
    parts[mix64(seed, 2 * n + 1) % parts.size()].add(part);
  }
  table.add(parts.front());
}

void observe_in_parts(Instance& instance, const StreamWindow& window, std::uint64_t seed, WindowTable& table) {
  const auto& detector = static_cast<const ShardedDetector&>(*instance.detector);
  const Descriptor& d = detector.descriptor();
  std::vector<WindowTable> parts;
  for (std::uint32_t s = 0; s < kShards; ++s) {
    ShardState* const state = instance.shards.empty() ? nullptr : instance.shards[s].get();
    deliver(d, window, choose(d, window, s), true,
            [&](const WindowRows& rows) { detector.observe(rows, state, parts.emplace_back()); });
  }
  merge_in_random_order(parts, seed, table);
}

/// All shards at once, each on a thread and into a table of its own.
void observe_on_threads(Instance& instance, const StreamWindow& window, WindowTable& table) {
  const auto& detector = static_cast<const ShardedDetector&>(*instance.detector);
  const Descriptor& d = detector.descriptor();
  std::vector<WindowTable> tables(kShards);
  std::vector<std::exception_ptr> thrown(kShards);
  std::vector<std::thread> threads;
  for (std::uint32_t s = 0; s < kShards; ++s) {
    threads.emplace_back([&, s] {
      try {
        ShardState* const state = instance.shards.empty() ? nullptr : instance.shards[s].get();
        deliver(d, window, choose(d, window, s), false,
                [&](const WindowRows& rows) { detector.observe(rows, state, tables[s]); });
      } catch (...) {
        thrown[s] = std::current_exception();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& problem : thrown) {
    if (problem) std::rethrow_exception(problem);
  }
  for (const WindowTable& own : tables) table.add(own);
}

void observe_sharded(Instance& instance, const StreamWindow& window, Handling::Grouping grouping, WindowTable& table) {
  using Grouping = Handling::Grouping;
  auto& detector = static_cast<ShardedDetector&>(*instance.detector);
  const Descriptor& d = detector.descriptor();
  if (grouping == Grouping::all_at_once && instance.shards.empty()) {
    deliver(d, window, choose(d, window, -1), false,
            [&](const WindowRows& rows) { call(instance, [&] { detector.observe(rows, nullptr, table); }); });
    return;
  }
  for (std::uint32_t i = 0; i < kShards; ++i) {
    const std::uint32_t s = grouping == Grouping::shards_reversed ? kShards - 1 - i : i;
    ShardState* state = instance.shards.empty() ? nullptr : instance.shards[s].get();
    thread_local WindowTable own;
    own.clear();
    WindowTable& into = grouping == Grouping::shards_reversed ? own : table;
    deliver(d, window, choose(d, window, s), grouping == Grouping::split,
            [&](const WindowRows& rows) { call(instance, [&] { detector.observe(rows, state, into); }); });
    if (&into == &own) table.add(own);
  }
}

void step(Instance& instance, const StreamWindow& window, std::size_t w, Handling::Grouping grouping, Scores& scores) {
  const auto begin = static_cast<std::int64_t>(w) * kWindowUs;
  const WindowInfo info{static_cast<std::int64_t>(w), begin, begin + kWindowUs};
  const Descriptor& d = instance.detector->descriptor();
  scores.begin(0);
  if (auto* sharded = dynamic_cast<ShardedDetector*>(instance.detector.get()); sharded != nullptr) {
    thread_local WindowTable table;
    table.clear();
    if (grouping == Handling::Grouping::random_tree) {
      observe_in_parts(instance, window, w, table);
    } else if (grouping == Handling::Grouping::threads) {
      observe_on_threads(instance, window, table);
    } else {
      observe_sharded(instance, window, grouping, table);
    }
    call(instance, [&] { sharded->close(info, platform_rows(d, window), table, scores); });
    return;
  }
  auto& sequential = static_cast<SequentialDetector&>(*instance.detector);
  deliver(d, window, choose(d, window, -1), grouping == Handling::Grouping::split,
          [&](const WindowRows& rows) { call(instance, [&] { sequential.observe(rows); }); });
  call(instance, [&] { sequential.close(info, scores); });
}

}  // namespace

Setting setting(std::uint64_t seed) {
  Setting s;
  s.seed = Seed{seed};
  s.shards = kShards;
  s.members_expected = 4000;
  s.events_per_day_expected = 12'000;
  s.countries = {"KR", "JP", "US", "CN", "SG"};
  return s;
}

Subject subject_of(const CatalogueEntry& entry) {
  const Descriptor descriptor = entry.describe();
  return {descriptor, [&entry, descriptor](const Setting& given) { return entry.make(descriptor, given); }};
}

Run run(const Subject& subject, const Stream& stream, const Handling& handling) {
  Instance instance = make_instance(subject, handling.seed);
  instance.timed = handling.timed;
  Run result;
  Scores scores;
  const auto grouping = [&](std::size_t w) {
    return w < handling.grouped_from || w >= handling.grouped_until ? Handling::Grouping::shard_by_shard
                                                                    : handling.grouping;
  };
  for (std::size_t w = 0; w < stream.size(); ++w) {
    if (w == handling.save_at) instance = restored(subject, handling.seed, instance);
    if (w == handling.clone_at) {
      Instance copy = clone(instance);
      // Rows from further on, where a campaign may be: what the original learns of them must not reach the copy.
      for (std::size_t other = 0; other < 5; ++other)
        step(instance, stream[(w + 20 + other) % stream.size()], w + other, grouping(w), scores);
      instance = std::move(copy);
    }
    step(instance, stream[w], w, grouping(w), scores);
    if (handling.timed) {
      const Choice& rows = choose(subject.descriptor, stream[w], -1);
      result.rows += rows.access.size() + rows.auth.size();
    }
    result.scores.emplace_back(scores.items().begin(), scores.items().end());
    std::sort(result.scores.back().begin(), result.scores.back().end(), [](const auto& a, const auto& b) {
      return a.entity != b.entity ? a.entity < b.entity : a.value > b.value;
    });
    if (w % 997 == 0 || w + 1 == stream.size()) {
      std::uint64_t bytes = instance.detector->state_bytes();
      for (const auto& state : instance.shards) bytes += state->state_bytes();
      result.most_state_bytes = std::max(result.most_state_bytes, bytes);
    }
  }
  result.core_ns = instance.core_ns;
  return result;
}

double greatest(const WindowScores& scores, std::size_t from, std::size_t to) {
  double most = -std::numeric_limits<double>::infinity();
  for (std::size_t w = from; w < std::min(to, scores.size()); ++w) {
    for (const Scores::Item& item : scores[w]) most = std::max(most, item.value);
  }
  return most;
}

double score_of(const WindowScores& scores, std::size_t window, Entity entity) {
  double most = -std::numeric_limits<double>::infinity();
  for (const Scores::Item& item : scores[window]) {
    if (item.entity == entity) most = std::max(most, item.value);
  }
  return most;
}

bool same(const WindowScores& a, const WindowScores& b, std::size_t windows) {
  if (windows == SIZE_MAX && a.size() != b.size()) return false;
  for (std::size_t w = 0; w < std::min({windows, a.size(), b.size()}); ++w) {
    const bool equal = std::equal(a[w].begin(), a[w].end(), b[w].begin(), b[w].end(), [](const auto& x, const auto& y) {
      return x.entity == y.entity && x.value == y.value;
    });
    if (!equal) return false;
  }
  return true;
}

}  // namespace dwell::check
