#include "tests/unit/detectors/stream.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "sim/core/digest.hpp"
#include "sim/core/random.hpp"

namespace dwell::detect::test {
namespace {

using telemetry::Topic;

void push_inventory(StreamWindow& first) {
  constexpr std::int64_t kLongAgo = -400LL * 86'400'000'000;
  const auto key = [&](std::uint32_t id, std::uint32_t owner, telemetry::KeyUse use) {
    first.keys.push({kLongAgo, 0, id, owner, static_cast<std::uint8_t>(telemetry::KeyEvent::created),
                     static_cast<std::uint8_t>(use)});
  };
  key(11, 1, telemetry::KeyUse::token_signing);
  key(kLeaversKey, 2, telemetry::KeyUse::token_signing);
  key(20, 3, telemetry::KeyUse::service);
  first.workforce.push({kLongAgo / 2, 0, 2, static_cast<std::uint8_t>(telemetry::StaffEvent::left)});
  for (std::uint32_t i = 0; i < 5; ++i) first.deception.push({0, 0, kHoney + i});
}

/// Ordinary rows of one window at offsets spread over it.
void push_ordinary(StreamWindow& out, std::size_t w, std::uint64_t seed, std::set<std::uint64_t>& issued) {
  RandomStream random(Seed{seed}, static_cast<std::uint32_t>(w), purpose("test.stream"));
  const auto hour = static_cast<std::uint32_t>(w / 60 % 24);
  const std::uint32_t rows = 4 + (hour > 7 ? random.below(7) : random.below(3));
  for (std::uint32_t i = 0; i < rows; ++i) {
    const std::uint32_t member = 1 + random.below(2000);
    telemetry::AccessRow row = access_row(w, member, 1000 + member % 97, member % 2 == 0 ? 11 : kLeaversKey);
    row.time_us += i * 4'000'000;
    row.ingest_us = row.time_us;
    row.page = static_cast<std::uint8_t>(random.below(kPages));
    row.records = random.below(30) == 0 ? 0 : 1;
    row.token = mix64(member, w / 720);
    if (random.below(15) == 0) {
      row.key = 20;
      row.source = 77;
      row.token = mix64(999, w / 720);
      row.client = static_cast<std::uint8_t>(Client::service);
    }
    row.network = static_cast<std::uint16_t>(row.source % 7);
    if (issued.insert(row.token).second && random.below(100) != 0) {
      out.auth.push({row.time_us, row.ingest_us, row.token, member, row.source, row.key, row.network, 0, 0, 0});
    }
    out.access.push(row);
  }
}

void push_campaign(StreamWindow& out, std::size_t w, const Plant& plant) {
  for (std::uint32_t i = 0; i < plant.rows; ++i) {
    const auto n = static_cast<std::uint32_t>(w - plant.from) * plant.rows + i;
    telemetry::AccessRow row = access_row(w, n % 50 == 0 ? kHoney + n % 5 : 500 + n, kIntruder, kLeaversKey);
    row.time_us += 50'000'000 + i;
    row.ingest_us = row.time_us;
    row.page = static_cast<std::uint8_t>(Page::address);
    row.token = mix64(0xf0f0, n);
    row.records = n % 4 == 3 ? 1 : 0;
    row.network = 900;
    row.country = 4;
    out.access.push(row);
  }
}

struct Choice {
  std::vector<std::uint32_t> access, auth;
};

/// The rows of `window` that a descriptor subscribes to, for one shard or for all.
Choice choose(const Descriptor& d, const StreamWindow& window, std::int64_t shard) {
  Choice choice;
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
};

Instance make_instance(const CatalogueEntry& entry) {
  Instance instance{entry.make(entry.describe(), setting()), {}};
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

Instance restored(const CatalogueEntry& entry, const Instance& from) {
  ByteWriter writer;
  from.detector->save(writer);
  for (const auto& state : from.shards) state->save(writer);
  Instance instance = make_instance(entry);
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

void observe_sharded(Instance& instance, const StreamWindow& window, Handling::Grouping grouping, WindowTable& table) {
  using Grouping = Handling::Grouping;
  auto& detector = static_cast<ShardedDetector&>(*instance.detector);
  const Descriptor& d = detector.descriptor();
  if (grouping == Grouping::all_at_once && instance.shards.empty()) {
    deliver(d, window, choose(d, window, -1), false,
            [&](const WindowRows& rows) { detector.observe(rows, nullptr, table); });
    return;
  }
  for (std::uint32_t i = 0; i < kShards; ++i) {
    const std::uint32_t s = grouping == Grouping::shards_reversed ? kShards - 1 - i : i;
    ShardState* state = instance.shards.empty() ? nullptr : instance.shards[s].get();
    WindowTable own;
    WindowTable& into = grouping == Grouping::shards_reversed ? own : table;
    deliver(d, window, choose(d, window, s), grouping == Grouping::split,
            [&](const WindowRows& rows) { detector.observe(rows, state, into); });
    if (&into == &own) table.add(own);
  }
}

void step(Instance& instance, const StreamWindow& window, std::size_t w, Handling::Grouping grouping, Scores& scores) {
  const auto begin = static_cast<std::int64_t>(w) * kWindowUs;
  const WindowInfo info{static_cast<std::int64_t>(w), begin, begin + kWindowUs};
  const Descriptor& d = instance.detector->descriptor();
  scores.begin(0);
  if (auto* sharded = dynamic_cast<ShardedDetector*>(instance.detector.get()); sharded != nullptr) {
    WindowTable table;
    if (grouping == Handling::Grouping::random_tree) {
      observe_in_parts(instance, window, w, table);
    } else {
      observe_sharded(instance, window, grouping, table);
    }
    sharded->close(info, platform_rows(d, window), table, scores);
    return;
  }
  auto& sequential = static_cast<SequentialDetector&>(*instance.detector);
  deliver(d, window, choose(d, window, -1), grouping == Handling::Grouping::split,
          [&](const WindowRows& rows) { sequential.observe(rows); });
  sequential.close(info, scores);
}

}  // namespace

telemetry::AccessRow access_row(std::size_t window, std::uint32_t member, std::uint32_t source, std::uint32_t key) {
  telemetry::AccessRow row;
  row.time_us = static_cast<std::int64_t>(window) * kWindowUs + 1'000'000;
  row.ingest_us = row.time_us;
  row.token_issued_us = row.time_us - 1'000'000;
  row.token = mix64(member, source);
  row.member = member;
  row.source = source;
  row.key = key;
  row.network = static_cast<std::uint16_t>(source % 7);
  row.status = telemetry::kStatusOk;
  row.records = 1;
  row.page = static_cast<std::uint8_t>(Page::mypage);
  row.log_lines = 4;
  return row;
}

Stream make_stream(std::size_t days, const Plant& plant, std::uint64_t seed) {
  Stream stream(days * 1440);
  std::set<std::uint64_t> issued;
  push_inventory(stream[0]);
  for (std::size_t w = 0; w < stream.size(); ++w) {
    push_ordinary(stream[w], w, seed, issued);
    if (w >= plant.from && w < plant.from + plant.windows) push_campaign(stream[w], w, plant);
  }
  return stream;
}

Setting setting(std::uint64_t seed) {
  Setting s;
  s.seed = Seed{seed};
  s.shards = kShards;
  s.members_expected = 4000;
  s.events_per_day_expected = 12'000;
  s.countries = {"KR", "JP", "US", "CN", "SG"};
  return s;
}

Run run(const CatalogueEntry& entry, const Stream& stream, const Handling& handling) {
  Instance instance = make_instance(entry);
  Run result;
  Scores scores;
  for (std::size_t w = 0; w < stream.size(); ++w) {
    if (w == handling.save_at) instance = restored(entry, instance);
    if (w == handling.clone_at) {
      Instance copy = clone(instance);
      for (std::size_t other = 0; other < 5; ++other)
        step(instance, stream[other], w + other, handling.grouping, scores);
      instance = std::move(copy);
    }
    step(instance, stream[w], w, handling.grouping, scores);
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

}  // namespace dwell::detect::test
