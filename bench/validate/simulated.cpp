#include "bench/validate/simulated.hpp"

#include <array>
#include <vector>

#include "bench/validate/collector.hpp"
#include "bench/validate/words.hpp"
#include "sim/telemetry/batch.hpp"

namespace dwell::validate {
namespace {

constexpr std::int64_t kWindowsPerHour = Duration::hours(1) / world::kWindow;

world::Scenario only_members(const world::Scenario& scenario, const SimulatedOptions& options) {
  world::Scenario out = scenario;
  out.warm_up = Duration{};
  out.campaign.on = false;
  background::Params& others = out.background;
  for (bool* const on : {&others.support.on, &others.batch.on, &others.marketing.on, &others.partners.on,
                         &others.forgotten_jobs.on, &others.bots.on, &others.scrapers.on, &others.stuffing.on}) {
    *on = false;
  }
  for (world::Baseline& baseline : out.baselines) baseline.start = options.first_day;
  return out;
}

CollectorOptions collector_options(const world::Scenario& scenario) {
  CollectorOptions out;
  out.columns = {
      .user = true, .session = true, .event = true, .item = true, .outcome = true, .carrier = true, .system = true};
  out.slack_us = kDayUs;  // log rows are late by a day at most
  out.most_held = 8'000'000;
  const auto calendar = scenario.platform.calendar.in_force();
  for (const Date date : calendar.holidays) out.holidays.push_back(date.days);
  for (const auto& promotion : calendar.promotions) {
    for (std::int32_t day = promotion.first.days; day <= promotion.last.days; ++day) out.promotions.push_back(day);
  }
  return out;
}

/// Turns rows into clicks.
class Reader {
 public:
  Reader(const world::Scenario& scenario, const SimulatedOptions& options, const commerce::Catalogue& items)
      : collector_(collector_options(scenario)), begin_us_(options.first_day.days * kDayUs), items_(items) {
    const protocol::NetworkTable networks(scenario.networks, options.seed);
    for (const protocol::Network& network : networks.all()) {
      const auto id = static_cast<std::size_t>(network.id.value);
      if (carriers_.size() <= id) carriers_.resize(id + 1);
      if (network.kind == protocol::NetworkKind::mobile) carriers_[id] = carrier_of(networks.spec(network.id).name);
    }
  }

  void read(const telemetry::PartitionRows& rows) {
    const telemetry::AccessBatch& a = rows.access.rows;
    for (std::size_t i = 0; i < a.size(); ++i) {
      const auto client = static_cast<Client>(a.client[i]);
      if (rows.access.origins[i] != kBackground || client > Client::desktop) continue;
      const auto page = static_cast<Page>(a.page[i]);
      Click click = from(a.time_us[i], a.member[i], client, a.network[i]);
      click.session = mix(a.token[i]) | 1U;
      if (const std::uint32_t item = items_.item(a, i); item != 0) click.item = mix(item) | 1U;
      click.kind = page == Page::cart ? Kind::cart : page == Page::done ? Kind::buy : Kind::view;
      add(click);
    }
    const telemetry::AuthBatch& auth = rows.auth.rows;
    for (std::size_t i = 0; i < auth.size(); ++i) {
      const auto kind = static_cast<telemetry::AuthKind>(auth.kind[i]);
      const auto client = static_cast<Client>(auth.client[i]);
      if (rows.auth.origins[i] != kBackground || client > Client::desktop) continue;
      if (kind != telemetry::AuthKind::login && kind != telemetry::AuthKind::failed_login) continue;
      Click click = from(auth.time_us[i], auth.member[i], client, auth.network[i]);
      click.kind = kind == telemetry::AuthKind::login ? Kind::login_done : Kind::login_failed;
      add(click);
    }
  }

  [[nodiscard]] std::uint64_t late() const { return late_; }
  Observed finish() { return collector_.finish(); }

 private:
  [[nodiscard]] Click from(std::int64_t time_us, std::uint32_t member, Client client, std::uint16_t network) const {
    constexpr std::array<System, kClients> kSystemOf = {System::android, System::ios, System::other, System::unknown,
                                                        System::unknown};
    Click click;
    click.time_us = begin_us_ + time_us;
    click.user = mix(member) | 1U;
    click.system = kSystemOf[static_cast<std::size_t>(client)];
    click.carrier = carriers_[network];
    return click;
  }
  void add(const Click& click) { late_ += collector_.add(click) == Collector::Taken::yes ? 0 : 1; }

  Collector collector_;
  std::int64_t begin_us_;
  const commerce::Catalogue& items_;
  std::vector<Carrier> carriers_;  // by network; unknown: no mobile carrier
  std::uint64_t late_ = 0;
};

}  // namespace

Result<SimulatedResult> observe_simulation(const world::Scenario& scenario, const SimulatedOptions& options,
                                           const SimulatedProgress& progress) {
  const world::Scenario members = only_members(scenario, options);
  auto made = world::Simulation::make(
      members, {.scale = options.scale, .seed = options.seed, .days = options.days, .executor = options.executor});
  if (!made) return made.error();
  world::Simulation& simulation = *made.value();
  SimulatedResult result;
  result.accounts = simulation.plan().accounts;
  Reader reader(members, options, simulation.model().catalogue());
  for (std::int64_t w = 1; result.finished && simulation.step(); ++w) {
    for (const telemetry::PartitionRows& rows : simulation.partitions()) reader.read(rows);
    if (progress && w % kWindowsPerHour == 0)
      result.finished =
          progress(static_cast<double>(w) / static_cast<double>(simulation.plan().windows), simulation.rows());
  }
  result.observed = reader.finish();
  // The first log-in may be tried before the first midnight: the days seen can begin a day early.
  std::int64_t day = result.observed.first_day - options.first_day.days;
  for (Day& seen : result.observed.days) seen.level = simulation.model().calendar().level(day++);
  result.late = reader.late();
  return result;
}

}  // namespace dwell::validate
