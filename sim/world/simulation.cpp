#include "sim/world/simulation.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "sim/background/background.hpp"
#include "sim/campaign/campaign.hpp"
#include "sim/commerce/shard.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/random.hpp"
#include "sim/workforce/workforce.hpp"

namespace dwell::world {
namespace {

constexpr std::uint64_t kMembersPerShard = 500'000;
constexpr std::uint64_t kLeastShards = 8;
constexpr std::uint64_t kMostShards = 256;
constexpr std::uint64_t kLeastAccounts = 1'000;
constexpr std::uint32_t kWeeksOfShift = 520;
constexpr Duration kWeek = Duration::days(7);

/// A draw that belongs to the run as a whole.
std::uint64_t draw(Seed seed, Purpose what) { return random_block(seed, 0, what, 0, 0).low(); }

template <class Batch>
void append(telemetry::Labelled<Batch>& to, const telemetry::Labelled<Batch>& from) {
  for (std::size_t i = 0; i < from.rows.size(); ++i) to.push(from.rows.row(i), from.origins[i]);
}

}  // namespace

Result<RunPlan> plan_run(const Scenario& scenario, const RunOptions& options) {
  RunPlan plan;
  plan.accounts = options.scale.apply(scenario.platform.population.accounts);
  plan.ids = options.scale.apply(scenario.platform.population.ids);
  if (plan.accounts < kLeastAccounts) {
    const std::uint64_t most = scenario.platform.population.accounts / kLeastAccounts;
    return Error{
        scenario.name, "scale",
        fmt::format("{}/{} leaves {} accounts", options.scale.numerator, options.scale.denominator, plan.accounts),
        fmt::format("a scale that leaves at least {} accounts, such as 1/{}", kLeastAccounts, most)};
  }
  plan.shards = static_cast<std::uint32_t>(
      std::clamp((plan.accounts + kMembersPerShard - 1) / kMembersPerShard, kLeastShards, kMostShards));
  const Baseline& reading = scenario.reading();
  plan.scored_days = options.days != 0 ? options.days : reading.days;
  plan.campaign_days = reading.days;
  const Duration jitter =
      options.jitter && scenario.onset_jitter.us > 0
          ? Duration{static_cast<std::int64_t>(draw(options.seed, purpose("onset jitter")) %
                                               static_cast<std::uint64_t>(scenario.onset_jitter.us))}
          : Duration{};
  plan.first_day = {reading.start.days - static_cast<std::int32_t>(scenario.warm_up / Duration::days(1))};
  plan.onset = Time{} + scenario.warm_up + jitter;
  plan.warm_up_windows = scenario.warm_up / kWindow;
  plan.windows = (plan.onset + Duration::days(plan.scored_days) - Time{}) / kWindow;
  plan.campaign_sources =
      static_cast<std::uint32_t>(std::max<std::uint64_t>(1, options.scale.apply(scenario.campaign.sources.count)));
  const auto weeks = to_below(static_cast<std::uint32_t>(draw(options.seed, purpose("calendar shift"))), kWeeksOfShift);
  plan.shift = {(kWeek * weeks).us};
  return plan;
}

Result<std::unique_ptr<Simulation>> Simulation::make(const Scenario& scenario, const RunOptions& options) {
  const auto plan = plan_run(scenario, options);
  if (!plan) return plan.error();
  std::unique_ptr<Simulation> simulation(new Simulation(scenario, options, plan.value()));
  simulation->add_shards();
  simulation->add_background();
  if (scenario.campaign.on) simulation->plan_campaign();
  if (options.campaign && scenario.campaign.on) simulation->add_campaign();
  if (options.placebo && scenario.campaign.on) simulation->add_placebo();
  return simulation;
}

Simulation::Simulation(const Scenario& scenario, const RunOptions& options, RunPlan plan)
    : scenario_(scenario),
      options_(options),
      plan_(plan),
      networks_(std::make_unique<protocol::NetworkTable>(scenario.networks, options.seed)),
      keys_(workforce::make_key_ring(scenario.workforce, scenario.key_use, true, options.seed)),
      logs_(scenario.background.logs, options.seed, plan.first_day),
      campaign_(std::make_shared<truth::Incident>(
          kWindow, protocol::legible_fields(scenario.segments, scenario.workforce.insider_key))),
      placebo_(std::make_shared<truth::Incident>(kWindow, protocol::legible_fields(scenario.segments))) {
  keys_.reach = protocol::ReachTable(scenario.segments);
  const std::int64_t days = (plan.windows * kWindow.us + Duration::days(1).us - 1) / Duration::days(1).us;
  commerce::Params platform = scenario.platform;
  if (!scenario.background.logs.on)
    platform.logs.access_lost = platform.logs.access_late = platform.logs.auth_lost = platform.logs.auth_late = 0;
  model_ = std::make_unique<commerce::Model>(platform, options.scale.value(), plan.first_day, days, plan.shards, keys_,
                                             *networks_, options.seed);
  DWELL_DEMAND(options.ranks == nullptr || options.engine == EngineKind::windowed, "the serial engine knows no ranks");
  const kernel::EngineOptions engine{
      .lookahead = kWindow, .end = Time{plan.windows * kWindow.us}, .remedy = remedy_of(options.scale)};
  if (options.engine == EngineKind::serial) {
    engine_ = kernel::make_serial_engine(engine);
    return;
  }
  if (options_.executor == nullptr) {
    own_executor_ = kernel::make_inline_executor();
    options_.executor = own_executor_.get();
  }
  if (options_.ranks != nullptr) {
    transport_ = options_.ranks->make_transport();
    engine_ = kernel::make_distributed_engine(engine, *options_.executor, *transport_);
  } else {
    engine_ = kernel::make_windowed_engine(engine, *options_.executor);
  }
}

template <class Make>
void Simulation::add(Make make) {
  const ProcessId next{static_cast<std::uint32_t>(engine_->processes())};
  engine_->add(engine_->local(next) ? make() : nullptr);
}

void Simulation::add_shards() {
  // Shards that run one after the other share a batch; on several threads, or interleaved, each has its own.
  const bool shared =
      options_.engine == EngineKind::windowed && options_.executor->threads() == 1 && options_.ranks == nullptr;
  std::uint32_t locals = 0;
  for (std::uint32_t s = 0; s < plan_.shards; ++s) locals += local(ShardId{s}) ? 1 : 0;
  partitions_.resize(shared ? 1 : locals);
  stages_.resize(options_.measure_stages ? plan_.shards : 0);
  std::size_t partition = 0;
  for (std::uint32_t s = 0; s < plan_.shards; ++s) {
    add([&] {
      telemetry::PartitionRows* const out = &partitions_[shared ? 0 : partition++];
      return commerce::make_shard(*model_, {ShardId{s}, plan_.shards, out, stages_.empty() ? nullptr : &stages_[s]});
    });
  }
}

telemetry::PlatformRows* Simulation::new_platform_rows() {
  platform_parts_.push_back(std::make_unique<telemetry::PlatformRows>());
  return platform_parts_.back().get();
}

/// Expected orders of each hour of the run.
std::vector<double> Simulation::expected_orders() const {
  const commerce::Calendar& calendar = model_->calendar();
  const double per_minute = model_->events_per_day() / static_cast<double>(commerce::kMinutesPerDay);
  std::vector<double> orders;
  for (std::int64_t hour = 0; hour < calendar.days() * 24; ++hour) {
    double rate = 0;
    for (std::int64_t minute = hour * 60; minute < (hour + 1) * 60; ++minute) rate += calendar.rate(minute);
    const std::int64_t day = hour / 24;
    orders.push_back(rate * per_minute * model_->page_share(Page::done, day) * calendar.orders(day));
  }
  return orders;
}

void Simulation::add_background() {
  background::Surroundings around{.shards = plan_.shards,
                                  .ids = plan_.ids,
                                  .scale = options_.scale.value(),
                                  .networks = networks_.get(),
                                  .keys = &keys_,
                                  .hour = scenario_.platform.calendar.hour,
                                  .seed = options_.seed,
                                  .days = (plan_.windows * kWindow.us) / Duration::days(1).us + 1,
                                  .exists = [this](MemberId id) { return model_->exists(id); }};
  around.first_day = plan_.first_day;
  around.orders = expected_orders();
  around.dormant = [this](MemberId id) { return model_->population().traits(id).visit == 0; };
  around.buys = [this](MemberId id, double uniform) {
    constexpr double kOften = 3;  // sessions a day times inclination; who has more counts as much
    const commerce::Traits member = model_->population().traits(id);
    return uniform * kOften < member.sessions() * member.conversion / commerce::Traits::kConversionUnit;
  };
  const background::Params& params = scenario_.background;
  const std::vector<MemberId> honey = background::honey_accounts(params.deception, around);
  around.honey = [honey](MemberId id) { return std::binary_search(honey.begin(), honey.end(), id); };

  // Every rank has a place for the rows of every process, so that they are merged in the same order.
  const auto with_rows = [&](auto make) { add([&, rows = new_platform_rows()] { return make(rows); }); };
  with_rows([&](auto* rows) {
    return workforce::make_workforce(scenario_.workforce, keys_, plan_.shards, options_.seed, rows);
  });
  if (params.support.on) with_rows([&](auto* rows) { return background::make_support(params.support, around, rows); });
  if (params.batch.on) with_rows([&](auto* rows) { return background::make_batch(params.batch, around, rows); });
  if (params.marketing.on && !params.marketing.mailings.empty())
    with_rows([&](auto* rows) { return background::make_marketing(params.marketing, around, rows); });
  if (params.partners.on)
    with_rows([&](auto* rows) { return background::make_partners(params.partners, around, rows); });
  if (params.forgotten_jobs.on)
    with_rows([&](auto* rows) { return background::make_forgotten_jobs(params.forgotten_jobs, around, rows); });
  add_bots(around);
  if (params.stuffing.on) {
    const double logins = model_->events_per_day() / model_->pages_per_session() * scenario_.platform.sessions.login;
    add([&] { return background::make_stuffing(params.stuffing, around, logins); });
  }
  with_rows([&](auto* rows) { return background::make_deception(params.deception, around, rows); });
  if (params.complaints.on) {
    complaints_ = {static_cast<std::uint32_t>(engine_->processes())};
    with_rows([&](auto* rows) { return background::make_complaints(params.complaints, around, rows); });
  }
}

void Simulation::add_bots(const background::Surroundings& around) {
  const background::BotParams& bots = scenario_.background.bots;
  const background::ScraperParams& scrapers = scenario_.background.scrapers;
  const double not_human = (bots.on ? bots.share : 0) + (scrapers.on ? scrapers.share : 0);
  const double requests = model_->events_per_day() / std::max(0.01, 1 - not_human);
  if (bots.on) {
    const std::uint32_t parts = std::max(1U, plan_.shards / 8);
    for (std::uint32_t part = 0; part < parts; ++part) {
      add([&] { return background::make_bots(bots, around, requests, part, parts); });
    }
  }
  if (scrapers.on) add([&] { return background::make_scrapers(scrapers, around, requests); });
}

std::vector<std::string> Simulation::country_codes() const {
  std::vector<std::string> codes;
  for (const protocol::Network& network : networks_->all()) {
    const std::size_t number = network.country.value;
    if (number >= codes.size()) codes.resize(number + 1);
    codes[number] = networks_->spec(network.id).country;
  }
  return codes;
}

campaign::Spec Simulation::campaign_spec() const {
  campaign::Spec spec = scenario_.campaign;
  // It may be over before the reading is; a scenario that was not read from a file may hold a longer one.
  spec.length = std::min(spec.length, Duration::days(plan_.campaign_days));
  return spec;
}

campaign::Setting Simulation::campaign_setting() const {
  return {.shards = plan_.shards,
          .ids = plan_.ids,
          .scale = options_.scale.value(),
          .networks = networks_.get(),
          .key = keys_.keys.at(keys_.insider()).id,
          .onset = plan_.onset,
          .hour = scenario_.platform.calendar.hour,
          .day_factor = day_factors_,
          .origin = campaign_origin_,
          .seed = options_.seed,
          .exists = [this](MemberId id) { return model_->exists(id); },
          .complaints = complaints_};
}

void Simulation::plan_campaign() {
  // Both have their numbers whichever is injected: draws are keyed by them.
  campaign_origin_ = causes_.add({0}, truth::Label::campaign, scenario_.campaign.actor);
  placebo_origin_ = causes_.add({1}, truth::Label::placebo, "placebo");
  for (std::int64_t day = 0; day < model_->calendar().days(); ++day)
    day_factors_.push_back(model_->calendar().visits(day));
  campaign_by_hour_ = campaign::plan_hours(campaign_spec(), campaign_setting());
  for (auto& hour : campaign_by_hour_) {
    for (double& requests : hour) requests /= static_cast<double>(Duration::hours(1) / kWindow);
  }
}

void Simulation::add_campaign() {
  add([&] { return campaign::make_campaign(campaign_spec(), campaign_setting()); });
}

void Simulation::add_placebo() {
  double requests = 0;
  for (const auto& hour : campaign_by_hour_) {
    for (const double per_window : hour) requests += per_window * static_cast<double>(Duration::hours(1) / kWindow);
  }
  add([&] {
    return campaign::make_placebo({.shards = plan_.shards,
                                   .onset = plan_.onset,
                                   .length = campaign_spec().length,
                                   .visits_in_all = requests / model_->pages_per_session(),
                                   .hour = scenario_.platform.calendar.hour,
                                   .day_factor = day_factors_,
                                   .origin = placebo_origin_,
                                   .seed = options_.seed});
  });
}

bool Simulation::step() {
  for (telemetry::PartitionRows& partition : partitions_) partition.clear();
  for (const auto& part : platform_parts_) part->clear();
  if (!engine_->step()) return false;
  record();
  return true;
}

void Simulation::exchange(std::vector<telemetry::PartitionRows>& partitions, telemetry::PlatformRows& platform) {
  partitions.resize(partitions_.size());
  // Shards keep pointers to the entries of partitions_, so contents are exchanged, not the vectors.
  for (std::size_t p = 0; p < partitions_.size(); ++p) std::swap(partitions[p], partitions_[p]);
  std::swap(platform, platform_);
}

void Simulation::record() {
  window_lines_ = window_campaign_lines_ = 0;
  if (options_.ranks != nullptr) {
    share_rows();
  } else {
    count_rows();
    for (const telemetry::PartitionRows& partition : partitions_) {
      if (partition.access.foreign != 0) observe(partition.access, true);
      if (partition.unlogged.foreign != 0) observe(partition.unlogged, false);
    }
  }
  log_share_.add_window(window_lines_, window_campaign_lines_);
  merge_platform_rows();
  drop_gone_rows();
}

void Simulation::count_rows() {
  for (const telemetry::PartitionRows& partition : partitions_) {
    foreign_rows_ += partition.access.foreign;
    foreign_seen_ = foreign_seen_ || partition.access.foreign != 0 || partition.auth.foreign != 0;
    rows_ += partition.access.rows.size() - partition.access.foreign;
    const std::uint8_t* const lines = partition.access.rows.log_lines.data();
    window_lines_ += std::accumulate(lines, lines + partition.access.rows.size(), std::uint32_t{0});
  }
}

void Simulation::merge_platform_rows() {
  platform_.clear();
  for (const auto& part : platform_parts_) {
    append(platform_.keys, part->keys);
    append(platform_.workforce, part->workforce);
    append(platform_.audit, part->audit);
    append(platform_.complaints, part->complaints);
    append(platform_.deception, part->deception);
  }
  logs_.collect(platform_, engine_->window().end);
  foreign_seen_ = foreign_seen_ || platform_.complaints.foreign != 0;
}

/// The truth has seen them; nobody else will.
void Simulation::drop_gone_rows() {
  const Time at = engine_->window().begin;
  const bool access = logs_.gone(telemetry::Topic::access, at);
  const bool auth = logs_.gone(telemetry::Topic::auth, at);
  if (!access && !auth) return;
  for (telemetry::PartitionRows& partition : partitions_) {
    if (access) partition.access.clear();
    if (auth) partition.auth.clear();
    for (telemetry::ShardRange& range : partition.shards) {
      if (access) range.access_begin = range.access_end = 0;
      if (auth) range.auth_begin = range.auth_end = 0;
    }
  }
}

void Simulation::observe(const telemetry::Labelled<telemetry::AccessBatch>& access, bool logged) {
  const telemetry::AccessBatch& rows = access.rows;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const truth::Label label = causes_.of(access.origins[i]).label;
    if (label == truth::Label::background) continue;
    if (logged && label == truth::Label::campaign) window_campaign_lines_ += rows.log_lines[i];
    if (logged && label == truth::Label::placebo) window_lines_ -= rows.log_lines[i];
    (label == truth::Label::campaign ? *campaign_ : *placebo_)
        .observe({{rows.member[i]},
                  static_cast<Page>(rows.page[i]),
                  rows.records[i],
                  {rows.source[i]},
                  {rows.network[i]},
                  {rows.country[i]},
                  {rows.key[i]},
                  Time{rows.time_us[i]}});
  }
}

commerce::StageTimes Simulation::stages() const {
  commerce::StageTimes total;
  for (const commerce::StageTimes& shard : stages_) {
    for (std::size_t s = 0; s < total.ns.size(); ++s) total.ns[s] += shard.ns[s];
  }
  return total;
}

template <class Figure>
std::uint64_t Simulation::sum_over_shards(Figure figure) const {
  std::uint64_t total = 0;
  for (std::uint32_t s = 0; s < plan_.shards; ++s) {
    if (!local(ShardId{s})) continue;
    total += mix64(figure(static_cast<const commerce::Shard&>(engine_->process({s})).stats()), s);
  }
  return engine_->total(total);
}

std::uint64_t Simulation::background_digest() const {
  return sum_over_shards([](const commerce::ShardStats& stats) { return stats.background_digest; });
}

std::uint64_t Simulation::foreign_digest() const {
  return sum_over_shards([](const commerce::ShardStats& stats) { return stats.foreign_digest; });
}

}  // namespace dwell::world
