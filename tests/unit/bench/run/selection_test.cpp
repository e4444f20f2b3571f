// Rows chosen for three views against the plainest choice: every row looked at, for every view, apart.

#include "bench/run/selection.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <tuple>

#include "sim/core/digest.hpp"

namespace dwell::run {
namespace {

constexpr std::uint32_t kShards = 6;
constexpr std::uint64_t kHashKey = 77;
constexpr Origin kCampaignOrigin{3};
constexpr Origin kPlaceboOrigin{4};
const LabelOf kLabel = [](Origin origin) -> Label { return origin == kCampaignOrigin ? 1 : 2; };

struct Case {
  std::uint32_t rows = 0;
  std::uint32_t partitions = 1;
  double foreign = 0;     // share of rows
  std::int64_t span = 0;  // ingest times lie in [0, span): a small one makes ties
};

/// Rows of each shard in order of ingestion; every row has a token of its own, by which it is recognised.
std::vector<telemetry::PartitionRows> random_rows(const Case& c, std::uint64_t seed) {
  std::mt19937_64 draw(seed);
  std::vector<telemetry::PartitionRows> partitions(c.partitions);
  const auto origin = [&] {
    if (static_cast<double>(draw() % 1000) >= c.foreign * 1000) return kBackground;
    return draw() % 2 == 0 ? kCampaignOrigin : kPlaceboOrigin;
  };
  for (std::uint32_t s = 0; s < kShards; ++s) {
    telemetry::PartitionRows& part = partitions[s * c.partitions / kShards];
    telemetry::ShardRange range{ShardId{s}, static_cast<std::uint32_t>(part.access.rows.size()), 0,
                                static_cast<std::uint32_t>(part.auth.rows.size()), 0};
    std::vector<std::int64_t> times(draw() % (2 * c.rows / kShards + 1));
    for (std::int64_t& time : times) time = static_cast<std::int64_t>(draw() % static_cast<std::uint64_t>(c.span));
    std::sort(times.begin(), times.end());
    for (const std::int64_t time : times) {
      telemetry::AccessRow access{};
      access.ingest_us = time;
      access.token = draw();
      access.member = static_cast<std::uint32_t>(draw() % 1000);
      access.page = static_cast<std::uint8_t>(draw() % kPages);
      part.access.push(access, origin());
      telemetry::AuthRow auth{};
      auth.ingest_us = time;
      auth.token = draw();
      part.auth.push(auth, origin());
    }
    range.access_end = static_cast<std::uint32_t>(part.access.rows.size());
    range.auth_end = static_cast<std::uint32_t>(part.auth.rows.size());
    part.shards.push_back(range);
  }
  return partitions;
}

using Tokens = std::vector<std::uint64_t>;

template <class Rows>
Tokens tokens(const Rows& rows) {
  Tokens list;
  for (std::size_t i = 0; i < rows.size(); ++i) list.push_back(rows.token(i));
  return list;
}

/// The rows that `wanted(row number, label, shard)` names, partition by partition.
template <class Wanted>
Tokens plain(const std::vector<telemetry::PartitionRows>& partitions, detect::PageMask pages, Wanted wanted,
             bool ordered = false) {
  std::vector<std::tuple<std::int64_t, std::uint64_t, std::uint64_t>> found;
  for (const telemetry::PartitionRows& part : partitions) {
    for (const telemetry::ShardRange& range : part.shards) {
      for (std::uint32_t i = range.access_begin; i < range.access_end; ++i) {
        const telemetry::AccessRow row = part.access.rows.row(i);
        const Origin origin = part.access.origins[i];
        const Label label = origin == kBackground ? Label{0} : kLabel(origin);
        if ((pages >> row.page & 1U) != 0 && wanted(label, range.shard.value))
          found.emplace_back(row.ingest_us, mix64(row.token ^ kHashKey, row.member), row.token);
      }
    }
  }
  if (ordered) std::sort(found.begin(), found.end());
  Tokens list;
  for (const auto& [time, hash, token] : found) list.push_back(token);
  return list;
}

TEST_CASE("chosen rows are those of the plainest choice, in its order") {
  std::size_t seen = 0;
  for (const Case& c : {Case{0, 1, 0, 60}, Case{40, 1, 0, 60'000'000}, Case{40, 1, .1, 60'000'000},
                        Case{400, 1, .02, 50}, Case{400, 3, 0, 50}, Case{400, 6, .3, 1}, Case{30, 3, 1, 60'000'000}}) {
    // One after the other into the same selection, as in a run.
    Selection<telemetry::AccessBatch> selection(kShards);
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const auto partitions = random_rows(c, seed);
      const detect::PageMask pages = seed % 2 == 0 ? detect::kAllPages : detect::kMemberDataPages;
      selection.load({partitions, nullptr, &kLabel, {}, kHashKey}, {pages, true, true});
      CHECK(tokens(selection.clean()) == plain(partitions, pages, [](Label l, std::uint32_t) { return l == 0; }));
      for (const View view : {View::clean, View::factual, View::placebo}) {
        const auto own = static_cast<Label>(view);
        const auto in_view = [own](Label l, std::uint32_t) { return l == 0 || l == own; };
        CHECK(tokens(selection.ordered(view)) == plain(partitions, pages, in_view, true));
        seen += selection.ordered(view).size();
        if (view != View::clean) {
          const auto added = plain(partitions, pages, [own](Label l, std::uint32_t) { return l == own; });
          CHECK(tokens(selection.added(view)) == added);
          CHECK(selection.adds(view) == !added.empty());
        }
        for (std::uint32_t s = 0; s < kShards; ++s) {
          CHECK(tokens(selection.shard(s, view)) ==
                plain(partitions, pages, [&](Label l, std::uint32_t shard) { return shard == s && in_view(l, s); }));
        }
      }
    }
  }
  CHECK(seen > 10'000);
}

TEST_CASE("columns of chosen rows are copied whole") {
  auto partitions = random_rows({60, 3, .2, 1000}, 5);
  Selection<telemetry::AuthBatch> selection(kShards);
  selection.load({partitions, nullptr, &kLabel, {}, kHashKey}, {0, true, true});
  std::size_t at = 0;
  for (const telemetry::PartitionRows& part : partitions) {
    for (std::size_t i = 0; i < part.auth.rows.size(); ++i) {
      if (part.auth.origins[i] != kBackground) continue;
      const telemetry::AuthRow row = part.auth.rows.row(i);
      CHECK(selection.clean().token(at) == row.token);
      CHECK(selection.clean().ingest_us(at) == row.ingest_us);
      ++at;
    }
  }
  CHECK(at > 10);
  CHECK(selection.clean().size() == at);
}

TEST_CASE("rows left in place are the partition's own") {
  const auto partitions = random_rows({200, 1, .1, 1000}, 6);
  InPlace<telemetry::AccessBatch> in_place;
  in_place.load(partitions[0].access, {partitions, nullptr, &kLabel, {}, kHashKey});
  const auto plainly = [&](Label label) {
    return plain(partitions, detect::kAllPages, [label](Label l, std::uint32_t) { return l == label; });
  };
  CHECK(tokens(in_place.clean()) == plainly(0));
  CHECK(tokens(in_place.added(View::factual)) == plainly(1));
  CHECK(tokens(in_place.added(View::placebo)) == plainly(2));
  CHECK(!plainly(1).empty());
}

}  // namespace
}  // namespace dwell::run
