// The volume oracle against closed forms, and against a chart that has to learn what the oracle is told.

#include "bench/oracle/oracle_volume.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <optional>

#include "detectors/catalogue.hpp"
#include "sim/core/random.hpp"
#include "sim/core/samplers.hpp"

namespace dwell::oracle {
namespace {

constexpr auto kPage = static_cast<std::uint32_t>(Page::address);
constexpr double kMean = 50;

/// A page with a flat intensity, and a campaign that adds to it all along.
std::shared_ptr<Intensities> flat(std::int64_t warm_up_days, std::int64_t days, double addition) {
  auto truth = std::make_shared<Intensities>();
  truth->warm_up_windows = warm_up_days * 1440;
  truth->members.assign(static_cast<std::size_t>(days * 1440), 10 * kMean);
  truth->shares[0][kPage] = 0.1;
  truth->campaign_by_hour.resize(static_cast<std::size_t>(days * 24));
  for (auto& hour : truth->campaign_by_hour) hour[kPage] = addition;
  return truth;
}

/// The score of the page after a window with this count; nothing when none was emitted.
std::optional<double> close(detect::Detector& detector, std::int64_t window, std::uint64_t count) {
  detect::WindowTable table;
  if (count != 0) table.sums.add(kPage, static_cast<std::int64_t>(count));
  detect::Scores scores;
  scores.begin(-1);
  constexpr std::int64_t kMinute = 60'000'000;
  dynamic_cast<detect::ShardedDetector&>(detector).close({window, window * kMinute, (window + 1) * kMinute}, {}, table,
                                                         scores);
  for (const auto& item : scores.items()) {
    if (item.entity == detect::Entity{detect::EntityKind::page, kPage}) return item.value;
  }
  return {};
}

TEST_CASE("without dispersion the oracle sums the Poisson log-likelihood ratio, and never falls below 0") {
  const auto oracle = make_oracle_volume(flat(2, 3, 20));
  std::int64_t window = 0;
  for (; window < 2 * 1440; ++window) CHECK_FALSE(close(*oracle, window, 50).has_value());
  const double ratio = 70 * std::log(70.0 / 50) - 20;
  CHECK(close(*oracle, window, 70).value() == Approx(ratio).epsilon(1e-9));
  CHECK(close(*oracle, window + 1, 70).value() == Approx(2 * ratio).epsilon(1e-9));
  CHECK(close(*oracle, window + 2, 55).value() == Approx(2 * ratio + 55 * std::log(1.4) - 20).epsilon(1e-9));
  CHECK(close(*oracle, window + 3, 0).value() == 0);
}

TEST_CASE("with dispersion the ratio is the negative binomial's") {
  // 30 and 70 in turn: variance 400, so r = 50^2 / (400 - 50).
  const auto oracle = make_oracle_volume(flat(4, 5, 20));
  std::int64_t window = 0;
  for (; window < 4 * 1440; ++window) close(*oracle, window, window % 2 == 0 ? 30 : 70);
  const double r = 2500.0 / 350;
  const double grown = std::log((r + 70) / (r + 50));
  const double ratio = 90 * (std::log(70.0 / 50) - grown) - r * grown;
  CHECK(close(*oracle, window, 90).value() == Approx(ratio).epsilon(.06));  // r is an estimate
  CHECK(ratio < (90 * std::log(1.4) - 20) / 5);
}

TEST_CASE("what the intensities do not explain is learnt by the time of day") {
  const auto oracle = make_oracle_volume(flat(2, 3, 20));
  std::int64_t window = 0;
  const auto busy = [](std::int64_t w) { return w % 1440 / 10 == 72; };  // ten minutes at noon
  for (; window < 2 * 1440; ++window) close(*oracle, window, busy(window) ? 150 : 50);
  // A hundred more at noon are expected; at another time they are not.
  std::optional<double> noon;
  for (; window % 1440 != 725; ++window) noon = close(*oracle, window, busy(window) ? 150 : 50);
  CHECK(noon.value() == 0);
  CHECK(close(*oracle, window + 10, 150).value() > 0);
}

TEST_CASE("requests of services and scripts are not counted") {
  const auto oracle = make_oracle_volume(flat(2, 3, 20));
  telemetry::AccessBatch batch;
  for (const Client client : {Client::android, Client::ios, Client::desktop, Client::service, Client::script}) {
    telemetry::AccessRow row;
    row.page = kPage;
    row.client = static_cast<std::uint8_t>(client);
    batch.push(row);
  }
  detect::WindowRows rows;
  rows.access = {batch, {}};
  detect::WindowTable table;
  dynamic_cast<const detect::ShardedDetector&>(*oracle).observe(rows, nullptr, table);
  CHECK(table.sums.get(kPage) == 3);
}

TEST_CASE("beyond the campaign the oracle is silent") {
  auto truth = flat(2, 4, 20);
  truth->campaign_by_hour.resize(3 * 24);
  const auto oracle = make_oracle_volume(truth);
  CHECK(close(*oracle, 3 * 1440 - 1, 90).has_value());
  CHECK_FALSE(close(*oracle, 3 * 1440, 90).has_value());
}

/// Windows from the change to the first score above the highest of a clean week; the whole week when there is none.
std::int64_t delay(detect::Detector& detector, std::int64_t warm_up, std::int64_t week, double addition,
                   std::uint64_t seed) {
  RandomStream random({seed}, 1, purpose("test.counts"));
  for (std::int64_t w = 0; w < warm_up; ++w) close(detector, w, sample_poisson(random, kMean));
  const auto changed = detector.clone();
  double highest = 0;
  for (std::int64_t w = 0; w < week; ++w) {
    highest = std::max(highest, close(detector, warm_up + w, sample_poisson(random, kMean)).value_or(0));
  }
  for (std::int64_t w = 0; w < week; ++w) {
    if (close(*changed, warm_up + w, sample_poisson(random, kMean + addition)).value_or(0) > highest) return w;
  }
  return week;
}

TEST_CASE("a planted change is found sooner by the oracle than by a moving average of the same counts") {
  constexpr std::int64_t kWarmUpDays = 14;
  constexpr std::int64_t kWeek = 7 * 1440;
  constexpr double kAddition = 4;
  const auto truth = flat(kWarmUpDays, kWarmUpDays + 7, kAddition);
  const detect::CatalogueEntry& ewma = *detect::find_detector("ewma").value();
  const detect::Setting setting{.seed = {1}, .members_expected = 1000, .events_per_day_expected = 72'000};
  std::int64_t by_oracle = 0;
  std::int64_t by_ewma = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    by_oracle += delay(*make_oracle_volume(truth), kWarmUpDays * 1440, kWeek, kAddition, seed);
    by_ewma += delay(*ewma.make(ewma.describe(), setting), kWarmUpDays * 1440, kWeek, kAddition, seed);
  }
  INFO("windows in all: oracle " << by_oracle << ", ewma " << by_ewma);
  CHECK(by_oracle < by_ewma);
  CHECK(by_oracle < 12 * 120);  // KL is .15 a window: some fifty windows each
  CHECK(by_oracle > 12 * 10);   // and no oracle is a clairvoyant
}

}  // namespace
}  // namespace dwell::oracle
