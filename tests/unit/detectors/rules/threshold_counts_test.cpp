// The sources that threshold rules name in a window against the plainest count.

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "detectors/rules/threshold_rules.hpp"

namespace dwell::detect {
namespace {

constexpr double kAnyLimit = 300;
constexpr double kDataLimit = 60;
constexpr double kLeastNamed = .1;

using Named = std::map<std::uint64_t, double>;

/// Requests of many sources, some of them frequent, on pages with and without member data.
telemetry::AccessBatch random_batch(std::size_t size, std::mt19937_64& draw) {
  telemetry::AccessBatch batch;
  for (std::size_t i = 0; i < size; ++i) {
    telemetry::AccessRow row;
    row.page = static_cast<std::uint8_t>(draw() % kPages);
    row.source = static_cast<std::uint32_t>(draw() % 3 == 0 ? draw() % 30 : draw());
    batch.push(row);
  }
  return batch;
}

Named counted(const telemetry::AccessBatch& batch, double floor) {
  std::map<std::uint64_t, std::pair<double, double>> counts;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    auto& [any, data] = counts[batch.source[i]];
    any += 1;
    data += is_member_data(static_cast<Page>(batch.page[i])) ? 1 : 0;
  }
  Named named;
  for (const auto& [source, count] : counts) {
    const double score = std::max(count.first * (1 / kAnyLimit), count.second * (1 / kDataLimit));
    if (score > std::max(kLeastNamed, floor)) named[source] = score;
  }
  return named;
}

}  // namespace

TEST_CASE("threshold rules name the sources of the plainest count", "[detectors][threshold-rules]") {
  std::mt19937_64 draw(11);
  const auto detector = threshold_rules_entry.make(threshold_rules_entry.describe(), Setting{});
  auto& rules = dynamic_cast<ShardedDetector&>(*detector);
  std::size_t seen = 0;
  for (const double floor : {0.0, .3, 1e12}) {
    for (const std::size_t size : {0U, 5U, 300U, 5000U}) {
      const telemetry::AccessBatch batch = random_batch(size, draw);
      WindowRows rows;
      rows.access = {batch, {}};
      WindowTable table;
      rules.observe(rows, nullptr, table);
      Scores scores;
      scores.begin(floor);
      rules.close({5, 5 * 60'000'000, 6 * 60'000'000}, {}, table, scores);
      Named named;
      for (const Scores::Item& item : scores.items()) named[item.entity.id] = item.value;
      CHECK(named.size() == scores.items().size());
      CHECK(named == counted(batch, floor));
      seen += named.size();
    }
  }
  CHECK(seen > 20);
}

}  // namespace dwell::detect
