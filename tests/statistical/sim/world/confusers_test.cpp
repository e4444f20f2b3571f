// Confusers in a whole world: what they do to each other.

#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>

#include "tests/differential/sim/world/worlds.hpp"

namespace dwell::world::test {
namespace {

/// Calls use(world) after every window of a run.
template <class Use>
void each_window(const Scenario& scenario, const RunOptions& options, Use use) {
  const auto world = make_world(options, scenario);
  while (world->step()) use(*world);
}

TEST_CASE("support tickets are the stated share of the orders that members really make, some days later") {
  Scenario scenario = tiny();
  scenario.warm_up = Duration::days(10);
  scenario.background.logs.on = false;
  double orders = 0;
  std::set<std::uint32_t> tickets;
  each_window(scenario, {.scale = {1, 1000}, .seed = {7}, .days = 10}, [&](const Simulation& world) {
    each_row(world, [&](const auto& row, std::uint8_t) {
      if constexpr (std::is_same_v<std::decay_t<decltype(row)>, telemetry::AccessRow>) {
        orders += row.page == static_cast<std::uint8_t>(Page::done) ? 1 : 0;
      } else if constexpr (std::is_same_v<std::decay_t<decltype(row)>, telemetry::AuditRow>) {
        if (row.agent != 0) tickets.insert(row.ticket);
      }
    });
  });
  // Chance of the tickets (2 %), of members' days, and orders whose tickets lie outside of the twenty days.
  const double expected = orders * scenario.background.support.tickets_per_order;
  CHECK(static_cast<double>(tickets.size()) == Approx(expected).epsilon(.12));
}

TEST_CASE("days whose access rows are gone show none of them, and the truth knows what happened on them") {
  Scenario scenario = tiny();
  const RunOptions options{.scale = {1, 4000}, .seed = {7}, .days = 3, .campaign = true};
  const auto whole = make_world(options, scenario);
  while (whole->step()) {
  }
  const Date first = whole->plan().first_day;
  scenario.background.logs.gaps = {{telemetry::Topic::access, {first.days + 3}, {first.days + 3}},
                                   {telemetry::Topic::auth, {first.days + 1}, {first.days + 2}}};
  std::map<std::int64_t, std::uint64_t> access, auth;
  std::uint64_t digest = 0, exposed = 0;
  each_window(scenario, options, [&](const Simulation& world) {
    for (const telemetry::PartitionRows& partition : world.partitions()) {
      access[world.window().begin.day()] += partition.access.rows.size();
      auth[world.window().begin.day()] += partition.auth.rows.size();
      for (const telemetry::ShardRange& range : partition.shards) {
        REQUIRE(range.access_end <= partition.access.rows.size());
        REQUIRE(range.auth_end <= partition.auth.rows.size());
      }
    }
    digest = world.background_digest();
    exposed = world.campaign().exposed();
  });
  for (const auto& [day, rows] : access) CHECK((rows == 0) == (day == 3));
  for (const auto& [day, rows] : auth) CHECK((rows == 0) == (day == 1 || day == 2));
  CHECK(digest == whole->background_digest());
  CHECK(exposed == whole->campaign().exposed());
  CHECK(exposed > 0);
}

TEST_CASE("complaints of a leak are the campaign's, of accounts it exposed, and come in no clean run") {
  Scenario scenario = tiny();
  scenario.campaign.misuse.probability = 0.3;
  scenario.campaign.misuse.delay_median = Duration::hours(10);
  scenario.background.logs.on = false;
  RunOptions options{.scale = {1, 4000}, .seed = {7}, .days = 3, .campaign = true, .placebo = true};
  const auto world = make_world(options, scenario);
  std::vector<std::pair<Time, MemberId>> caused;
  double complaints = 0;
  while (world->step()) {
    const auto& rows = world->platform().complaints;
    complaints += static_cast<double>(rows.rows.size());
    for (std::size_t i = 0; i < rows.rows.size(); ++i) {
      if (rows.origins[i] == kBackground) continue;
      REQUIRE(world->label(rows.origins[i]) == 1);
      caused.emplace_back(Time{rows.rows.time_us[i]}, MemberId{rows.rows.member[i]});
    }
  }
  CHECK(caused.size() > 300);
  for (const auto& [at, member] : caused) REQUIRE(world->campaign().belongs(truth::Kind::account, member.value, at));
  options.campaign = false;
  double clean = 0;
  each_window(scenario, options, [&](const Simulation& other) {
    REQUIRE(other.platform().complaints.foreign == 0);
    clean += static_cast<double>(other.platform().complaints.rows.size());
  });
  CHECK(clean == complaints - static_cast<double>(caused.size()));
}

TEST_CASE("after a rotation the old key signs on in the stated share, falling to none") {
  Scenario scenario = tiny();
  scenario.background.logs.on = false;
  scenario.workforce.rotation_every = Duration::days(3);
  scenario.workforce.rotated_by_policy = 1;
  struct Rotation {
    std::uint32_t old_key, new_key;
    Time at;
  };
  std::vector<Rotation> rotations;
  std::vector<telemetry::AuthRow> tokens;
  std::uint32_t created = 0;
  each_window(scenario, {.scale = {1, 1000}, .seed = {11}, .days = 6}, [&](const Simulation& world) {
    each_row(world, [&](const auto& row, std::uint8_t) {
      if constexpr (std::is_same_v<std::decay_t<decltype(row)>, telemetry::KeysRow>) {
        const auto kind = static_cast<telemetry::KeyEvent>(row.kind);
        if (kind == telemetry::KeyEvent::created) created = row.key;
        // Gateways hear of it one lookahead later.
        if (kind == telemetry::KeyEvent::rotated) rotations.push_back({row.key, created, Time{row.time_us} + kWindow});
      } else if constexpr (std::is_same_v<std::decay_t<decltype(row)>, telemetry::AuthRow>) {
        const auto kind = static_cast<telemetry::AuthKind>(row.kind);
        const bool member = kind == telemetry::AuthKind::login || kind == telemetry::AuthKind::refresh;
        if (member && row.client != static_cast<std::uint8_t>(Client::script)) tokens.push_back(row);
      }
    });
  });
  REQUIRE(rotations.size() >= 2);
  const auto& sessions = scenario.platform.sessions;
  double old_keys = 0, expected = 0, variance = 0;
  for (const Rotation& rotation : rotations) {
    for (const telemetry::AuthRow& token : tokens) {
      if (token.key != rotation.old_key && token.key != rotation.new_key) continue;
      const Duration age = Time{token.time_us} - rotation.at;
      if (age < Duration{} || age >= sessions.straggle) continue;
      const double left = 1 - static_cast<double>(age.us) / static_cast<double>(sessions.straggle.us);
      const double p = sessions.stragglers * left;
      expected += p;
      variance += p * (1 - p);
      old_keys += token.key == rotation.old_key ? 1 : 0;
    }
  }
  CHECK(expected > 100);
  CHECK(old_keys == Approx(expected).margin(5 * std::sqrt(variance)));
}

TEST_CASE("every confuser can be switched off by itself, and then others go on unchanged") {
  const RunOptions options{.scale = {1, 1000}, .seed = {7}, .days = 3};
  // Of the gateway and of log-ins: stuffing hardly shows in the first.
  const auto rows_of = [&](const Scenario& scenario) {
    const auto world = make_world(options, scenario);
    std::uint64_t rows = 0;
    while (world->step()) {
      for (const telemetry::PartitionRows& partition : world->partitions())
        rows += partition.access.rows.size() + partition.auth.rows.size();
    }
    return rows;
  };
  Scenario scenario = tiny();
  scenario.background.stuffing.wave_every = Duration::days(1);
  background::Params& on = scenario.background;
  const auto without = [&](const std::vector<bool*>& switches) {
    for (bool* const one : switches) *one = false;
    const std::uint64_t rows = rows_of(scenario);
    for (bool* const one : switches) *one = true;
    return rows;
  };
  const std::uint64_t all = without({});
  // Each takes away its own rows and no others, so that what all take away is the sum, to the row.
  const std::vector<bool*> apart = {&on.support.on,  &on.batch.on,          &on.marketing.on,
                                    &on.partners.on, &on.forgotten_jobs.on, &on.stuffing.on};
  std::uint64_t sum = 0;
  for (bool* const one : apart) {
    const std::uint64_t rows = without({one});
    CHECK(rows < all);
    sum += all - rows;
  }
  CHECK(all - without(apart) == sum);
  // Bots and crawls have shares of all requests: without the one there is less of the other, whose rows are then other
  // draws of Poisson variables, with means in proportion to one over what is human.
  const double bots = on.bots.share, crawls = on.scrapers.share;
  const std::uint64_t human = without({&on.bots.on, &on.scrapers.on});
  const auto only_bots = static_cast<double>(without({&on.scrapers.on}) - human);
  const auto only_crawls = static_cast<double>(without({&on.bots.on}) - human);
  CHECK(only_bots > 0);
  CHECK(only_crawls > 0);
  const double more_bots = (1 - bots) / (1 - bots - crawls), more_crawls = (1 - crawls) / (1 - bots - crawls);
  const double expected = only_bots * more_bots + only_crawls * more_crawls;
  const double variance = expected + only_bots * more_bots * more_bots + only_crawls * more_crawls * more_crawls;
  CHECK(static_cast<double>(all - human) == Approx(expected).margin(4 * std::sqrt(variance)));
}

TEST_CASE("one switch stops all loss and lateness, of the gateway's logs too") {
  const RunOptions options{.scale = {1, 2000}, .seed = {7}, .days = 2};
  struct Rows {
    std::uint64_t rows = 0, late = 0, digest = 0;
  };
  const auto look = [&](const Scenario& scenario) {
    Rows out;
    each_window(scenario, options, [&](const Simulation& world) {
      for (const telemetry::PartitionRows& partition : world.partitions()) {
        const auto add = [&](const auto& rows) { out.rows += rows.size(); };
        add(partition.access.rows);
        add(partition.auth.rows);
        // A token's own record comes with the first page it is used for, which is no lateness.
        const telemetry::AccessBatch& access = partition.access.rows;
        for (std::size_t i = 0; i < access.size(); ++i) out.late += access.ingest_us[i] != access.time_us[i] ? 1 : 0;
      }
      out.digest = world.background_digest();
    });
    return out;
  };
  Scenario scenario = tiny();
  const Rows usual = look(scenario);
  scenario.background.logs.on = false;
  const Rows off = look(scenario);
  CHECK(usual.late > 100);
  CHECK(off.late == 0);
  CHECK(off.rows > usual.rows);
  // As when the platform's own figures are all 0.
  auto& logs = scenario.platform.logs;
  logs.access_lost = logs.access_late = logs.auth_lost = logs.auth_late = 0;
  CHECK(look(scenario).digest == off.digest);
}

TEST_CASE("of the member data that hosting networks ask for, members ask for a part that does not vanish") {
  Scenario scenario = read_scenario(std::string(DWELL_SOURCE_DIR) + "/scenarios/coupang-2025.json").value();
  scenario.warm_up = Duration::days(1);
  // At this scale one address of the case's 2,313 would be left: as many as there are networks, one in each.
  scenario.campaign.sources.count = 80'000;
  const protocol::NetworkTable networks(scenario.networks, Seed{5});
  // By phones, on the pages the campaign reads and on all that return member data; honest, then the campaign's.
  std::array<double, 2> read_pages{}, all_pages{};
  each_window(scenario, {.scale = {1, 2000}, .seed = {5}, .days = 10, .campaign = true}, [&](const Simulation& world) {
    if (world.window().begin < world.plan().onset) return;
    for (const telemetry::PartitionRows& partition : world.partitions()) {
      const telemetry::AccessBatch& rows = partition.access.rows;
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto page = static_cast<Page>(rows.page[i]);
        const bool phone = rows.client[i] <= static_cast<std::uint8_t>(Client::ios);
        if (!phone || !is_member_data(page)) continue;
        if (networks.all()[rows.network[i]].kind != protocol::NetworkKind::hosting) continue;
        const std::size_t who = world.label(partition.access.origins[i]) == 1 ? 1 : 0;
        all_pages[who] += 1;
        if (page == Page::address || page == Page::profile || page == Page::address_edit) read_pages[who] += 1;
      }
    }
  });
  REQUIRE(all_pages[1] > 200);
  INFO(all_pages[0] << " of members, " << all_pages[1] << " of the campaign; of the pages it reads " << read_pages[0]
                    << " and " << read_pages[1]);
  CHECK(all_pages[0] / (all_pages[0] + all_pages[1]) > .2);
  CHECK(read_pages[0] > 0);
}

}  // namespace
}  // namespace dwell::world::test
