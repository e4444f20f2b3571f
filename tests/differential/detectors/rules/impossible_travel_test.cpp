// impossible-travel: haversine vectors, its four bytes a member against a table, and its scores against plain sums.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "detectors/common/country_places.hpp"
#include "detectors/rules/impossible_travel.hpp"
#include "detectors/rules/last_places.hpp"
#include "sim/core/random.hpp"
#include "tests/unit/detectors/stream.hpp"

namespace dwell::detect::test {
namespace {

/// By the spherical law of cosines in long double: another formula than the haversine.
double by_cosines(Place a, Place b) {
  const long double radians = std::acos(-1.L) / 180;
  const long double angle = std::acos(std::sin(a.latitude * radians) * std::sin(b.latitude * radians) +
                                      std::cos(a.latitude * radians) * std::cos(b.latitude * radians) *
                                          std::cos((b.longitude - a.longitude) * radians));
  return static_cast<double>(angle * 6371.0088L);
}

struct Where {
  std::uint32_t country = 0;
  std::int64_t minute = 0;
  bool named = false;
};

struct Past {
  double recent = 0, learnt = 0;
};

/// The rule with a table of places.
class Plain {
 public:
  bool visit(std::uint32_t member, std::uint32_t country, std::int64_t minute, bool in_person) {
    const auto codes = setting().countries;
    auto at = places_.find(member);
    if (at != places_.end() && at->second.country != country) {
      const double km = distance_km(*place_of_country(codes[at->second.country]), *place_of_country(codes[country]));
      if (std::abs(minute - at->second.minute) < static_cast<std::int64_t>(km / 900 * 60)) {
        return !std::exchange(at->second.named, true);
      }
    }
    if (in_person) places_[member] = {country, minute, false};
    return false;
  }

 private:
  std::map<std::uint32_t, Where> places_;
};

Stream travelling(std::size_t days) {
  Stream stream(days * 1440);
  RandomStream random(Seed{13}, 0, purpose("test.travel"));
  for (std::size_t w = 0; w < stream.size(); w += 7) {
    for (std::uint32_t i = 0; i < 4; ++i) {
      telemetry::AccessRow row = access_row(w, 1 + random.below(60), 1000 + random.below(9), 11 + random.below(2));
      row.country = static_cast<std::uint16_t>(random.below(12) == 0 ? random.below(5) : 0);
      const std::uint32_t who = random.below(10);
      const Client client = who == 0 ? Client::service : who == 1 ? Client::script : Client::android;
      row.client = static_cast<std::uint8_t>(client);
      row.status = random.below(20) == 0 ? telemetry::kStatusForbidden : telemetry::kStatusOk;
      row.time_us -= random.below(10) == 0 ? 5 * kWindowUs : 0;  // a late row
      row.ingest_us += i;
      row.time_us = std::max<std::int64_t>(0, row.time_us);
      stream[w].access.push(row);
    }
  }
  return stream;
}

}  // namespace

TEST_CASE("haversine vectors", "[detectors][impossible-travel]") {
  // A quarter and half of a great circle, and one degree of it.
  constexpr double kRound = 40'030.228884;  // 2 pi 6371.0088
  CHECK(distance_km({0, 0}, {90, 0}) == Approx(kRound / 4).epsilon(1e-9));
  CHECK(distance_km({0, -90}, {0, 90}) == Approx(kRound / 2).epsilon(1e-9));
  CHECK(distance_km({37, 127.5}, {38, 127.5}) == Approx(kRound / 360).epsilon(1e-9));
  CHECK(distance_km({10, 179.5}, {10, -179.5}) == Approx(distance_km({10, 0}, {10, 1})).epsilon(1e-9));
  CHECK(distance_km({51, 9}, {51, 9}) == 0);
  // London to New York, a distance in all textbooks: 5,570 km.
  CHECK(distance_km({51.5074, -.1278}, {40.7128, -74.0060}) == Approx(5570).epsilon(1e-3));
  RandomStream random(Seed{2}, 0, purpose("test.haversine"));
  for (int i = 0; i < 10'000; ++i) {
    const Place a{180 * random.uniform() - 90, 360 * random.uniform() - 180};
    const Place b{180 * random.uniform() - 90, 360 * random.uniform() - 180};
    const double exact = by_cosines(a, b);
    if (exact < 10 || exact > 20'000) continue;  // where cosines lose digits
    REQUIRE(distance_km(a, b) == Approx(exact).epsilon(1e-9));
    REQUIRE(distance_km(b, a) == Approx(exact).epsilon(1e-9));
  }
}

TEST_CASE("countries have places on the globe", "[detectors][impossible-travel]") {
  CHECK_FALSE(place_of_country("XX"));
  CHECK_FALSE(place_of_country(""));
  std::size_t known = 0;
  for (char a = 'A'; a <= 'Z'; ++a) {
    for (char b = 'A'; b <= 'Z'; ++b) {
      const std::optional<Place> place = place_of_country(std::string{a, b});
      if (!place) continue;
      ++known;
      CHECK(std::abs(place->latitude) <= 90);
      CHECK(std::abs(place->longitude) <= 180);
    }
  }
  CHECK(known > 100);
  CHECK(distance_km(*place_of_country("KR"), *place_of_country("JP")) == Approx(947).epsilon(.02));
  const TravelTimes times({"KR", "US", "", "JP"}, 900, 1800);
  CHECK(times.minutes(0, 0) == 0);
  CHECK(times.minutes(0, 1) ==
        static_cast<std::uint32_t>(distance_km(*place_of_country("KR"), *place_of_country("US")) / 900 * 60));
  CHECK(times.minutes(2, 0) == 120);
  CHECK(times.minutes(77, 3) == 120);
  CHECK(times.minutes(0, TravelTimes::kMost) == 0);
}

TEST_CASE("a member is where a person was, and is named once an excursion", "[detectors][impossible-travel]") {
  const auto times = std::make_shared<const TravelTimes>(setting().countries, 900, 2000);
  LastPlaces places(1, times);
  const auto visit = [&](std::uint32_t member, std::uint32_t country, std::int64_t minute, bool in_person) {
    return places.visit(places.visit_of(member, country, minute, in_person));
  };
  CHECK_FALSE(visit(7, 0, 1000, true));
  CHECK(visit(7, 2, 1060, true));                  // the US an hour later
  CHECK_FALSE(visit(7, 4, 1061, true));            // the same excursion
  CHECK_FALSE(visit(7, 0, 1062, true));            // the owner at home is not to blame
  CHECK(visit(7, 2, 1063, false));                 // by a service
  CHECK_FALSE(visit(7, 2, 1063 + 14 * 60, true));  // time to fly
  CHECK(visit(7, 0, 1063 + 15 * 60, true));
  CHECK_FALSE(visit(8, 2, 1000, false));  // a service's place is nobody's
  CHECK_FALSE(visit(8, 0, 1001, true));
  CHECK_FALSE(visit(UINT32_MAX, 0, 1, true));
  CHECK(places.state_bytes() < 200);
}

TEST_CASE("impossible-travel equals its definition", "[detectors][impossible-travel]") {
  const Stream stream = travelling(30);
  const Run found = run(impossible_travel_entry, stream);
  Plain plain;
  std::map<Entity, double> hour;
  std::map<Entity, Past> pasts;
  double recent_hours = 0;
  double hours = 0;
  std::size_t compared = 0;
  for (std::size_t w = 0; w < stream.size(); ++w) {
    const telemetry::AccessBatch& rows = stream[w].access;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows.status[i] != telemetry::kStatusOk) continue;
      if (!plain.visit(rows.member[i], rows.country[i], rows.time_us[i] / 60'000'000,
                       rows.client[i] == static_cast<std::uint8_t>(Client::android)))
        continue;
      hour[{EntityKind::source, rows.source[i]}] += 1;
      hour[{EntityKind::network, rows.network[i]}] += 1;
      hour[{EntityKind::key, rows.key[i]}] += 1;
    }
    if ((w + 1) % 60 != 0) {
      REQUIRE(found.scores[w].empty());
      continue;
    }
    const double keep = std::exp(-1. / (28 * 24));
    const double recent_keep = std::exp(-1. / 24);
    recent_hours = recent_hours * recent_keep + 1;
    for (auto& [entity, past] : pasts) {
      past.learnt *= keep;
      past.recent *= recent_keep;
    }
    for (const auto& [entity, x] : hour) {
      Past& past = pasts[entity];
      const double before = std::max(0., past.learnt - past.recent);
      past.recent += x;
      const double rate = .25 / 24 + before / std::max(hours - recent_hours, recent_hours);
      const double mu = hours > 0 ? rate * recent_hours : past.recent;
      const double shape = std::min(50., 1 + before);
      const double score = past.recent > mu ? past.recent * std::log(past.recent / mu) -
                                                  (past.recent + shape) * std::log((past.recent + shape) / (mu + shape))
                                            : 0;
      if (score > 1e-6) {
        REQUIRE(score_of(found.scores, w, entity) == Approx(score).epsilon(1e-9).margin(1e-9));
        ++compared;
      }
      past.learnt += x;
    }
    hour.clear();
    hours = hours * keep + 1;
  }
  CHECK(compared > 300);
}

}  // namespace dwell::detect::test
