// Whatever a scenario holds, its canonical JSON reads back as the same scenario.
#include <catch2/catch.hpp>
#include <cstdint>
#include <random>
#include <span>
#include <string>

#include "sim/world/scenario.hpp"
#include "sim/world/scenario_check.hpp"
#include "sim/world/scenario_fields.hpp"

namespace dwell::world {
namespace {

const std::string kFolder = std::string(DWELL_SOURCE_DIR) + "/scenarios/";

/// Gives every described value another one that its field accepts.
class Scrambler {
 public:
  explicit Scrambler(std::uint64_t seed) : bits_(seed) {}

  template <class T>
  void operator()(T& value, const Field& field) {
    if constexpr (Described<T>) {
      T::describe(value, *this);
    } else if constexpr (IsVector<T>::value) {
      for (auto& element : value) (*this)(element, field);
    } else if constexpr (IsNumberArray<T>::value) {
      for (double& element : value) (*this)(element, field);
    } else if constexpr (std::is_enum_v<T>) {
      if constexpr (!std::is_same_v<T, protocol::NetworkKind>) value = static_cast<T>(bits_() % enum_names(T{}).size());
    } else if constexpr (std::is_same_v<T, bool>) {
      value = bits_() % 2 == 0;
    } else if constexpr (std::is_same_v<T, double>) {
      value = field.least + share() * (field.most - field.least);
    } else if constexpr (std::is_integral_v<T>) {
      value = static_cast<T>(field.least + share() * (field.most - field.least));
    } else if constexpr (std::is_same_v<T, Duration>) {
      value =
          Duration::microseconds(static_cast<std::int64_t>((field.least + share() * (field.most - field.least)) * 1e6));
    } else if constexpr (std::is_same_v<T, Date>) {
      value = Date{static_cast<std::int32_t>(bits_() % 84'000)};
    }
  }

 private:
  double share() { return static_cast<double>(bits_() >> 11U) * 0x1p-53; }
  std::mt19937_64 bits_;
};

TEST_CASE("canonical JSON of a scenario with any values reads back as itself") {
  const Scenario case_2025 = read_scenario(kFolder + "coupang-2025.json").value();
  int sound = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Scenario s = case_2025;
    Scrambler scramble(seed);
    Scenario::describe(s, scramble);
    // Values that contradict each other are refused in either form; keep a few apart, so that many are sound.
    s.platform.population.accounts = 30'000'000 + seed;
    s.platform.population.ids = 77'000'000;
    s.scale = {1, 100 + seed};
    s.workforce.offboarding_over_7_days = s.workforce.offboarding_over_1_day / 2;
    s.platform.sessions.think_most = Duration::days(1);
    for (auto& factor : s.platform.calendar.promotions) factor.last = Date{factor.first.days + 3};
    for (auto& factor : s.platform.calendar.surges) factor.last = factor.first;
    for (auto& mailing : s.background.marketing.mailings) mailing.last = mailing.first;
    for (auto& surge : s.background.complaints.surges) surge.last = surge.first;
    for (auto& gap : s.background.logs.gaps) gap.last = gap.first;
    s.background.complaints.phishing *= 1 - s.background.complaints.threatening;
    std::uint8_t entry = 0;
    for (auto& reach : s.segments.reach) reach.key = static_cast<protocol::KeyUse>(entry++);
    entry = 0;
    for (auto& page : s.segments.pages) page.page = static_cast<Page>(entry++);
    entry = 0;
    for (auto& view : s.segments.desks) view.page = static_cast<Page>(entry++);
    s.workforce.insider_key = static_cast<protocol::KeyUse>(seed % 4);
    if (s.workforce.insider_key != protocol::KeyUse::token_signing) s.workforce.insider_key_exempt = true;
    if (s.campaign.length > Duration::days(s.reading().days)) s.campaign.length = Duration::days(s.reading().days);
    if (s.campaign.probes_before > s.warm_up) s.campaign.probes_before = s.warm_up;
    const std::string text = to_json(s);
    const auto read = parse_scenario(text, "canonical");
    if (const auto bad = find_contradiction(s)) {
      CHECK_FALSE(read.ok());
      continue;
    }
    if (!read.ok()) FAIL("seed " << seed << ": " << read.error().message());
    CHECK(to_json(read.value()) == text);
    CHECK(scenario_digest(read.value()) == scenario_digest(s));
    ++sound;
  }
  CHECK(sound > 30);
}

TEST_CASE("each scenario that ships survives the round trip, and a changed value changes the digest") {
  for (const char* name : {"coupang-2025.json", "clean-2025.json", "tiny.json"}) {
    const Scenario read = read_scenario(kFolder + name).value();
    const auto again = parse_scenario(to_json(read), name);
    REQUIRE(again.ok());
    CHECK(to_json(again.value()) == to_json(read));
    Scenario changed = read;
    changed.containment = changed.containment + Duration::microseconds(1);
    CHECK(scenario_digest(changed) != scenario_digest(read));
  }
}

}  // namespace
}  // namespace dwell::world
