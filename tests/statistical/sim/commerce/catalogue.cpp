// Which items pages name: popularity by rank against the law's own sum, crawlers alike, other pages none.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <vector>

#include "sim/commerce/catalogue.hpp"
#include "sim/core/digest.hpp"

using namespace dwell;
using namespace dwell::commerce;

namespace {

telemetry::AccessBatch views(std::uint32_t rows, Page page, Client client) {
  telemetry::AccessBatch batch;
  for (std::uint32_t i = 0; i < rows; ++i) {
    telemetry::AccessRow row;
    row.time_us = 1'000'000 + i;
    row.token = client == Client::script ? 0 : mix64(7, i / 8);
    row.member = i % 1000;
    row.page = static_cast<std::uint8_t>(page);
    row.client = static_cast<std::uint8_t>(client);
    batch.push(row);
  }
  return batch;
}

std::vector<double> counts(const Catalogue& catalogue, const telemetry::AccessBatch& batch) {
  std::vector<std::uint32_t> items;
  catalogue.fill(batch, items);
  std::vector<double> by_item(catalogue.items());
  for (const std::uint32_t item : items) {
    REQUIRE(item >= 1);
    REQUIRE(item <= catalogue.items());
    by_item[item - 1] += 1;
  }
  std::sort(by_item.begin(), by_item.end(), std::greater<>());
  return by_item;
}

}  // namespace

TEST_CASE("items are as popular as Zipf and Mandelbrot say", "[statistical][commerce]") {
  for (const double exponent : {.6, .9, 1.0, 1.2}) {
    INFO("exponent " << exponent);
    constexpr double kOffset = 2.7;
    constexpr std::uint32_t kItems = 20'000, kViews = 400'000;
    const Catalogue catalogue({kItems, exponent, kOffset}, Seed{5});
    const std::vector<double> seen = counts(catalogue, views(kViews, Page::pdp, Client::ios));
    const auto weight = [&](std::size_t k) { return std::pow(static_cast<double>(k) + kOffset, -exponent); };
    double total = 0;
    for (std::size_t k = 1; k <= kItems; ++k) total += weight(k);
    // Ranks in groups, so that the order of neighbours by chance does not matter; five standard errors and 1 %.
    for (const auto& [first, last] : {std::pair<std::size_t, std::size_t>{1, 3}, {4, 10}, {11, 50}, {51, 300}}) {
      double expected = 0, found = 0;
      for (std::size_t k = first; k <= last; ++k) {
        expected += kViews * weight(k) / total;
        found += seen[k - 1];
      }
      INFO("ranks " << first << " to " << last);
      CHECK(found == Approx(expected).margin(5 * std::sqrt(expected) + .02 * expected));
    }
  }
}

TEST_CASE("scripts crawl all items alike", "[statistical][commerce]") {
  constexpr std::uint32_t kItems = 100, kViews = 100'000;
  const std::vector<double> seen =
      counts(Catalogue({kItems, .9, 2.7}, Seed{5}), views(kViews, Page::pdp, Client::script));
  double chi_square = 0;
  for (const double n : seen) chi_square += (n - 1000) * (n - 1000) / 1000;
  CHECK(chi_square < 160);  // 99 degrees of freedom: p = 1e-4
  CHECK(chi_square > 50);
}

TEST_CASE("product pages and carts name items, other pages none", "[commerce]") {
  const Catalogue catalogue({1'000, .9, 2.7}, Seed{5});
  for (std::uint32_t page = 0; page < kPages; ++page) {
    const telemetry::AccessBatch batch = views(1, static_cast<Page>(page), Client::android);
    const bool names = static_cast<Page>(page) == Page::pdp || static_cast<Page>(page) == Page::cart;
    CHECK((catalogue.item(batch, 0) != 0) == names);
  }
  const telemetry::AccessBatch batch = views(100, Page::pdp, Client::android);
  const Catalogue same({1'000, .9, 2.7}, Seed{5}), other({1'000, .9, 2.7}, Seed{6});
  std::uint32_t alike = 0;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    CHECK(catalogue.item(batch, i) == same.item(batch, i));
    alike += catalogue.item(batch, i) == other.item(batch, i) ? 1 : 0;
  }
  CHECK(alike < 10);
}
