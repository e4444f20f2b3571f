// The case at 1:1000 on a real engine: what the shards receive.

#include "sim/campaign/campaign.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "sim/core/check.hpp"
#include "tests/unit/sim/campaign/case.hpp"

using namespace dwell;
using namespace dwell::campaign;

namespace {

constexpr std::int64_t kDays = 150;

struct Run {
  Setting setting;
  test::Mail mail;  // requests in order of time
};

const Run& the_case() {
  static const Run value = [] {
    static const protocol::NetworkTable networks(test::networks(), {21});
    Run run;
    run.setting = test::case_setting(networks, 0.001);
    run.mail = test::run(make_campaign(test::founding(), run.setting), run.setting.shards, kDays);
    std::sort(run.mail.requests.begin(), run.mail.requests.end(),
              [](const auto& a, const auto& b) { return a.at < b.at; });
    return run;
  }();
  return value;
}

}  // namespace

TEST_CASE("totals of the case are exact, page by page") {
  std::map<Page, std::uint64_t> pages;
  std::uint64_t misses = 0;
  for (const auto& r : the_case().mail.requests) {
    ++pages[r.message.page];
    misses += test::exists(r.message.member) ? 0 : 1;
  }
  std::uint64_t nobody = 0;
  for (std::uint32_t id = 1; id <= 77'700; ++id) nobody += test::exists({id}) ? 0 : 1;
  CHECK(misses == nobody);
  CHECK(pages[Page::address] == 148'057 + nobody);
  CHECK(pages[Page::address_edit] == 50);
  CHECK(pages[Page::order_list] == 103);
  CHECK(pages[Page::profile] == 33'674);
  CHECK(pages.size() == 4);
}

TEST_CASE("ids rise through the sweep, phase after phase, from the onset to the last day") {
  const Run& run = the_case();
  const auto& requests = run.mail.requests;
  const Time onset = run.setting.onset;
  const Time second = onset + Duration{Duration::days(147).us / 208 * 70};
  CHECK(requests.front().at >= onset);
  CHECK(requests.front().at < onset + Duration::hours(1));
  CHECK(requests.back().at < onset + Duration::days(147));
  CHECK(requests.back().at > onset + Duration::days(146));
  for (std::size_t i = 1; i < requests.size(); ++i) {
    const bool profile = requests[i].message.page == Page::profile;
    if (profile == (requests[i - 1].message.page == Page::profile)) {
      REQUIRE(requests[i].message.member >= requests[i - 1].message.member);
    }
    REQUIRE(profile == (requests[i].at >= second - Duration::seconds(1)));
  }
}

TEST_CASE("every request is a forgery with the stolen key, without issuance, by the members' shard") {
  std::map<std::pair<std::uint32_t, bool>, std::uint64_t> token_of;
  std::set<std::uint64_t> tokens;
  std::map<std::uint32_t, std::uint64_t> sources;
  std::map<std::uint64_t, std::uint32_t> place_of;
  std::uint64_t android = 0;
  const Spec spec = test::founding();
  for (const auto& r : the_case().mail.requests) {
    const protocol::Request& request = r.message;
    REQUIRE(request.key == KeyId{4711});
    REQUIRE(request.origin == Origin{1});
    REQUIRE_FALSE(request.issued);
    REQUIRE(r.shard == request.member.value % 4);
    REQUIRE(request.token.value % 2 == 1);
    REQUIRE(request.token_issued < r.at);
    REQUIRE(r.at - request.token_issued <= spec.token_age_most);
    const auto [known, fresh] =
        token_of.try_emplace({request.member.value, request.page == Page::profile}, request.token.value);
    REQUIRE(known->second == request.token.value);
    if (fresh) REQUIRE(tokens.insert(request.token.value).second);
    REQUIRE((request.from.client == Client::android || request.from.client == Client::ios));
    android += request.from.client == Client::android ? 1 : 0;
    ++sources[request.from.source.value];
    // As a member's, a token comes from one place.
    REQUIRE(place_of.try_emplace(request.token.value, request.from.source.value).first->second ==
            request.from.source.value);
  }
  const auto n = static_cast<double>(the_case().mail.requests.size());
  CHECK(static_cast<double>(android) / n == Approx(.75).margin(.01));
  REQUIRE(sources.size() == 2);
  CHECK(static_cast<double>(sources.begin()->second) / n == Approx(.5).margin(.01));
}

TEST_CASE("a day follows its plan and its hours the platform's rhythm") {
  const Run& run = the_case();
  const DayPlan plan = plan_days(test::founding(), run.setting);
  std::vector<std::uint64_t> days(plan.requests.size());
  std::array<double, 24> hours{};
  for (const auto& r : run.mail.requests) {
    ++days[static_cast<std::size_t>(r.at.day())];
    hours[static_cast<std::size_t>(r.at.hour() % 24)] += 1;
  }
  for (std::size_t d = 0; d < days.size(); ++d) CHECK(days[d] == plan.requests[d]);
  const auto n = static_cast<double>(run.mail.requests.size());
  for (std::size_t h = 0; h < 24; ++h) CHECK(hours[h] / n * 24 == Approx(test::hours()[h]).epsilon(.02));
}

TEST_CASE("tokens that grow too old are forged anew for the same device") {
  static const protocol::NetworkTable networks(test::networks(), {21});
  Spec spec = test::founding();
  spec.token_age_most = Duration::seconds(40);
  spec.length = Duration::days(3);
  Setting setting = test::case_setting(networks, 1e-5);
  const test::Mail mail = test::run(make_campaign(spec, setting), setting.shards, 7);
  std::map<std::uint32_t, std::set<std::uint64_t>> tokens;
  std::map<std::uint32_t, std::set<Client>> clients;
  for (const auto& r : mail.requests) {
    REQUIRE(r.at - r.message.token_issued <= spec.token_age_most);
    if (r.message.page == Page::profile) continue;
    tokens[r.message.member.value].insert(r.message.token.value);
    clients[r.message.member.value].insert(r.message.from.client);
  }
  std::size_t most = 0;
  for (const auto& [member, of] : tokens) most = std::max(most, of.size());
  CHECK(most > 1);
  for (const auto& [member, of] : clients) CHECK(of.size() == 1);
}

TEST_CASE("probes come before the first phase, as many as the scenario says whatever the scale") {
  static const protocol::NetworkTable networks(test::networks(), {21});
  Spec spec = test::founding();
  spec.length = Duration::days(2);
  spec.probes_before = Duration::days(1);
  Setting setting = test::case_setting(networks, 1e-5);
  const test::Mail mail = test::run(make_campaign(spec, setting), setting.shards, 6);
  std::size_t before = 0;
  for (const auto& r : mail.requests) {
    before += r.at < setting.onset ? 1 : 0;
    REQUIRE(r.at >= setting.onset - spec.probes_before);
    REQUIRE_FALSE(r.message.issued);
  }
  CHECK(before == spec.probes);
  spec.on = false;
  CHECK(test::run(make_campaign(spec, setting), setting.shards, 6).requests.empty());
}

TEST_CASE("a placebo has its exact number of visits, spread over shards by the platform's rhythm") {
  PlaceboSetting setting;
  setting.shards = 4;
  setting.onset = Time{} + Duration::days(1) + Duration::hours(3);
  setting.length = Duration::days(60);
  setting.visits_in_all = 26'279.4;
  setting.hour = test::hours();
  setting.day_factor = std::vector<double>(100, 1.0);
  setting.day_factor[20] = 2;
  setting.origin = {2};
  setting.seed = {8};
  const test::Mail mail = test::run(make_placebo(setting), 4, 70);
  REQUIRE(mail.visits.size() == 26'279);
  std::set<std::uint32_t> ordinals;
  std::array<double, 24> hours{};
  std::array<int, 4> shards{};
  std::map<std::int64_t, int> days;
  for (const auto& v : mail.visits) {
    REQUIRE(v.at >= setting.onset);
    REQUIRE(v.at < setting.onset + setting.length);
    REQUIRE(v.message.origin == Origin{2});
    ordinals.insert(v.message.ordinal);
    ++shards[v.shard];
    ++days[v.at.day()];
    hours[static_cast<std::size_t>(v.at.hour() % 24)] += 1;
  }
  CHECK(ordinals.size() == mail.visits.size());
  for (const int n : shards) CHECK(std::abs(n - 26'279 / 4) < 400);
  CHECK(days[20] == Approx(2 * 26'279 / 61.0).epsilon(.2));
  CHECK(days[19] == Approx(26'279 / 61.0).epsilon(.3));
  CHECK(hours[22] / hours[4] == Approx(1.70 / .18).epsilon(.3));
}
