// What every chart must hold on somebody's own series: finite scores, silence while it knows too little, a shift that
// is found, no look-ahead, columns that do not mix.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "detectors/catalogue.hpp"
#include "sim/core/math.hpp"
#include "sim/core/random.hpp"

namespace {

using namespace dwell;
using namespace dwell::detect;

constexpr std::size_t kLength = 4000;
constexpr std::size_t kShift = 3000;

/// Noise about a season of 144 points; from `kShift` on ten standard deviations higher, if wanted.
std::vector<double> series(bool shifted, std::uint32_t column = 0) {
  RandomStream random(Seed{9}, column, purpose("test.series"));
  std::vector<double> values(kLength);
  for (std::size_t i = 0; i < kLength; ++i) {
    const double season = std::sin(static_cast<double>(i % 144) / 144 * 6.283185307);
    values[i] = 12 + 3 * season + det_normal_quantile(random.open_uniform()) + (shifted && i >= kShift ? 10 : 0);
  }
  return values;
}

std::vector<double> scores(const CatalogueEntry& entry, const std::vector<std::vector<double>>& columns) {
  const auto detector = entry.make_series(entry.describe(), columns.size());
  std::vector<double> found;
  std::vector<double> point(columns.size());
  for (std::size_t i = 0; i < kLength; ++i) {
    for (std::size_t c = 0; c < columns.size(); ++c) point[c] = columns[c][i];
    found.push_back(detector->step(600.0 * static_cast<double>(i), point));
  }
  return found;
}

std::vector<const CatalogueEntry*> charts() {
  std::vector<const CatalogueEntry*> found;
  for (const CatalogueEntry& entry : catalogue()) {
    if (entry.make_series != nullptr && entry.describe().counts_only) found.push_back(&entry);
  }
  return found;
}

}  // namespace

TEST_CASE("charts find a shift of a series, and see no future") {
  REQUIRE(charts().size() >= 7);
  for (const CatalogueEntry* entry : charts()) {
    INFO(entry->describe().name);
    const std::vector<double> with = scores(*entry, {series(true)});
    const std::vector<double> without = scores(*entry, {series(false)});
    CHECK(std::equal(with.begin(), with.begin() + kShift, without.begin()));
    CHECK(std::all_of(with.begin(), with.end(), [](double score) { return std::isfinite(score); }));
    CHECK(with.front() == 0);
    const auto most = [](const std::vector<double>& of, std::size_t from, std::size_t to) {
      return *std::max_element(of.begin() + static_cast<std::ptrdiff_t>(from),
                               of.begin() + static_cast<std::ptrdiff_t>(to));
    };
    CHECK(most(with, kShift, kShift + 100) > most(without, kShift, kShift + 100));
    CHECK(most(with, kShift, kShift + 100) > 1.2 * most(with, kShift - 1000, kShift));
  }
}

TEST_CASE("the score of several columns is that of the most suspicious") {
  for (const CatalogueEntry* entry : charts()) {
    INFO(entry->describe().name);
    const std::vector<double> first = series(true, 1), second = series(false, 2);
    const std::vector<double> a = scores(*entry, {first}), b = scores(*entry, {second});
    const std::vector<double> both = scores(*entry, {first, second});
    for (std::size_t i = 0; i < kLength; ++i) REQUIRE(both[i] == std::max(a[i], b[i]));
  }
}

TEST_CASE("charts bear a series that does not vary, and one that jumps") {
  for (const CatalogueEntry* entry : charts()) {
    INFO(entry->describe().name);
    std::vector<double> flat(kLength, 7.25);
    for (const double score : scores(*entry, {flat})) REQUIRE(score < 1);
    flat.back() = 1e200;
    const std::vector<double> found = scores(*entry, {flat});
    CHECK(std::isfinite(found.back()));
    CHECK(found.back() > 0);
  }
}
