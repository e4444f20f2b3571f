// Random touches in any order against plain sets and maps.

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "sim/core/random.hpp"
#include "sim/truth/incident.hpp"

using namespace dwell;
using namespace dwell::truth;

TEST_CASE("the recorder agrees with plain sets") {
  for (std::uint32_t run = 0; run < 20; ++run) {
    RandomStream random({run}, 0, purpose("test.touch"));
    Incident incident;
    std::set<std::uint32_t> exposed;
    std::set<std::pair<Page, std::uint32_t>> by_page;
    std::map<std::int64_t, std::uint64_t> newly;
    std::map<std::pair<Kind, std::uint64_t>, Time> earliest;
    for (int i = 0; i < 3000; ++i) {
      const Touch t{{random.below(2000)},
                    static_cast<Page>(random.below(kPages)),
                    static_cast<std::uint16_t>(random.below(3)),
                    {random.below(30)},
                    {static_cast<std::uint16_t>(random.below(9))},
                    {static_cast<std::uint16_t>(random.below(4))},
                    {random.below(3)},
                    Time{} + Duration::seconds(random.below(86'400))};
      incident.observe(t);
      const std::pair<Kind, std::uint64_t> entities[] = {
          {Kind::key, t.key.value},         {Kind::source, t.source.value},
          {Kind::network, t.network.value}, {Kind::country, t.country.value},
          {Kind::account, t.member.value},  {Kind::page, static_cast<std::uint64_t>(t.page)}};
      for (const auto& entity : entities) {
        const auto [at, fresh] = earliest.try_emplace(entity, t.time);
        if (!fresh) at->second = std::min(at->second, t.time);
      }
      if (t.records == 0 || !is_member_data(t.page)) continue;
      by_page.insert({t.page, t.member.value});
      if (exposed.insert(t.member.value).second) ++newly[t.time.minute()];
    }
    REQUIRE(incident.exposed() == exposed.size());
    for (std::uint32_t p = 0; p < kPages; ++p) {
      const auto page = static_cast<Page>(p);
      std::uint64_t expected = 0;
      for (const auto& [of, member] : by_page) expected += of == page ? 1 : 0;
      REQUIRE(incident.exposed(page) == expected);
      REQUIRE(incident.exposed_until(page, kNever) == expected);
    }
    for (std::uint32_t f = 0; f < kDataFields; ++f) {
      const auto field = static_cast<DataField>(f);
      std::set<std::uint32_t> expected;
      for (const auto& [of, member] : by_page) {
        if (kReturnedFields[static_cast<std::size_t>(of)].has(field)) expected.insert(member);
      }
      REQUIRE(incident.exposed(field) == expected.size());
      REQUIRE(incident.exposed_until(field, kNever) == expected.size());
    }
    std::uint64_t sum = 0;
    for (std::int64_t minute = 0; minute < 1440; ++minute) {
      if (const auto at = newly.find(minute); at != newly.end()) sum += at->second;
      REQUIRE(incident.exposed_until(Time{} + Duration::minutes(minute)) == sum);
    }
    for (const auto& [entity, time] : earliest) {
      REQUIRE(incident.first_touch(entity.first, entity.second) == time);
      REQUIRE_FALSE(incident.belongs(entity.first, entity.second, time - Duration::seconds(1)));
    }
  }
}
