#include "sim/commerce/model.hpp"

#include <algorithm>

#include "sim/commerce/sessions.hpp"
#include "sim/core/check.hpp"
#include "sim/core/math.hpp"
#include "sim/core/random.hpp"
#include "sim/core/samplers.hpp"

namespace dwell::commerce {
namespace {

constexpr std::int64_t kPageUnit = 1'000'000;  // a session's length is drawn from a table of "microseconds"
constexpr std::uint32_t kPoissonSteps = 64;
constexpr std::uint32_t kMostPoisson = 62;
constexpr std::size_t kProfileMinutes = 240;
constexpr std::uint32_t kProfileSessions = 8192;

constexpr std::uint32_t kMyPage = static_cast<std::uint32_t>(Page::mypage),
                        kOrderList = static_cast<std::uint32_t>(Page::order_list),
                        kAddressPage = static_cast<std::uint32_t>(Page::address),
                        kAddressEdit = static_cast<std::uint32_t>(Page::address_edit);
static_assert(kMyPage + 1 == static_cast<std::uint32_t>(Page::profile) && kMyPage + 2 == kAddressPage &&
                  kChainPages == kAddressPage + 1,
              "the chain's pages of member data are the last three");

/// A probability by 256ths.
std::uint32_t of_256(double probability) { return static_cast<std::uint32_t>(probability * 256 + 0.5); }

std::vector<bool> long_breaks(const CalendarParams& params, Date first_day, std::int64_t days) {
  std::vector<bool> breaks;
  for (std::int32_t day = 0; day < days; ++day) breaks.push_back(in_long_break(params, {first_day.days + day}));
  return breaks;
}

LogFate fate(double lost, double late) {
  const double all = 0x1p32 - 1;
  return {static_cast<std::uint32_t>(lost * all), static_cast<std::uint32_t>(std::min(lost + late, 1.0) * all)};
}

DurationTable lognormal_table(double mu, double sigma, double unit, Duration least, Duration most) {
  return DurationTable([=](double p) { return unit * det_exp(mu + sigma * det_normal_quantile(p)); }, least, most);
}

/// 1 + Poisson(mean - 1) by 256 quantiles; the last ones take up what rounding left of the mean.
std::array<std::uint8_t, 256> lines_table(double mean) {
  std::array<std::uint8_t, 256> table{};
  const double extra = mean - 1;
  double term = det_exp(-extra), below = term, sum = 0;
  std::uint32_t lines = 1;
  for (std::uint32_t i = 0; i < 256; ++i) {
    const double p = (i + 0.5) / 256;
    while (below < p && lines < 255) {
      term *= extra / lines;
      below += term;
      ++lines;
    }
    table[i] = static_cast<std::uint8_t>(lines);
    sum += lines;
  }
  for (std::size_t i = 255; sum + 0.5 < 256 * mean && i > 0; --i, ++sum) {
    if (table[i] < 255) ++table[i];
  }
  return table;
}

}  // namespace

Model::Model(const Params& params, double scale, Date first_day, std::int64_t days, std::uint32_t shards,
             const protocol::KeyRing& keys, const protocol::NetworkTable& networks, Seed seed)
    : params_(params),
      seed_(seed),
      shards_(shards),
      keys_(keys),
      population_(params.population, params.sessions.extra_sessions, scale, networks, seed),
      calendar_(params.calendar.in_force(), params.sessions.factor_cv, first_day, days, seed),
      catalogue_(params.catalogue, seed),
      subscribers_(params.population, population_.accounts(), long_breaks(params.calendar.in_force(), first_day, days),
                   networks, seed),
      releases_(params.calendar.in_force().releases, first_day, days, seed) {
  DWELL_DEMAND(shards >= 1, "a platform has at least one shard");
  for (std::uint32_t v = 0; v < releases_.versions(); ++v) chains_.emplace_back(releases_.weights(v));
  build_samplers();
  build_exceptions();
  build_profile();
  build_log_lines();
  build_answers();
}

/// Such that the mean over the pages of sessions is what is asked for, as far as one line of each page allows.
void Model::build_log_lines() {
  double data_pages = 0;
  for (std::uint32_t page = kFirstDataPage; page < kPages; ++page) data_pages += page_share(static_cast<Page>(page), 0);
  const double of_others = (params_.sessions.log_lines - data_pages) / (1 - data_pages);
  const auto lines = lines_table(std::max(1.0, of_others));
  std::copy(lines.begin(), lines.end(), log_lines_.begin());
  std::fill(log_lines_.begin() + 256, log_lines_.end(), std::uint8_t{1});
}

void Model::build_answers() {
  const std::uint32_t edits = of_256(params_.sessions.address_edit), lists = of_256(params_.sessions.order_list);
  constexpr auto word = [](std::uint32_t change, std::uint32_t lines, std::uint32_t records) {
    return static_cast<std::uint16_t>(change | lines << Moment::kLinesAt | records << Moment::kRecordsAt);
  };
  static_assert(Moment::kRecordsAt == 12 && kMostOrders < 16, "a word holds page, log lines and records");
  constexpr std::uint32_t kToList = kMyPage ^ kOrderList, kToEdit = kAddressPage ^ kAddressEdit;
  for (std::uint32_t i = 0; i < 256; ++i) {
    answers_[i] = word(0, log_lines_[i], 0);
    answers_[256 + i] = i < lists ? word(kToList, 1, i * (kMostOrders + 1) / lists) : word(0, 1, 1);
    answers_[512 + i] = word(0, 1, 1);
    answers_[768 + i] = i < edits ? word(kToEdit, 1, 1) : word(0, 1, 0);
  }
}

/// Parts the views of the chain's pages among those they show.
void Model::split_pages(std::array<double, kPages>& shares) const {
  const double edits = of_256(params_.sessions.address_edit) / 256.0,
               lists = of_256(params_.sessions.order_list) / 256.0;
  shares[kAddressEdit] = shares[kAddressPage] * edits;
  shares[kAddressPage] *= 1 - edits;
  shares[kOrderList] = shares[kMyPage] * lists;
  shares[kMyPage] *= 1 - lists;
}

void Model::build_samplers() {
  const SessionParams& s = params_.sessions;
  length_ = lognormal_table(s.pages_mu, s.pages_sigma, static_cast<double>(kPageUnit), Duration{1},
                            Duration{s.pages_cap * kPageUnit});
  think_ = lognormal_table(s.think_mu, s.think_sigma, 1e6, s.think_least, s.think_most);
  lateness_ =
      lognormal_table(params_.logs.late_mu, params_.logs.late_sigma, 1e6, Duration::seconds(1), Duration::days(1));
  access_fate_ = fate(params_.logs.access_lost, params_.logs.access_late);
  auth_fate_ = fate(params_.logs.auth_lost, params_.logs.auth_late);
  // e^(-63.98) is the least that is needed: greater means are cut to it.
  for (std::uint32_t i = 0; i < 64 * kPoissonSteps; ++i)
    poisson_zero_.push_back(det_exp(-static_cast<double>(i) / kPoissonSteps));
}

void Model::build_exceptions() {
  const double empty = params_.sessions.zero_records;
  const double lost = params_.logs.access_lost;
  const double missed = std::min(lost + params_.logs.access_late, 1.0);
  exceptions_.below = static_cast<std::uint32_t>(256 * (missed + empty * (1 - missed)));
  const double any = missed + empty * (1 - missed);
  while (exceptions_.below < any * 256) ++exceptions_.below;
  if (exceptions_.below == 0) return;
  // Given that an exception is possible, each is so many times as likely.
  const double possible = exceptions_.below / 256.0;
  exceptions_.fate = fate(lost / possible, (missed - lost) / possible);
  const double prompt = possible - missed;
  const auto threshold = [](double p) { return static_cast<std::uint32_t>(std::min(p, 1.0) * (0x1p32 - 1)); };
  exceptions_.empty_if_prompt = prompt > 0 ? threshold(empty * (1 - missed) / prompt) : 0;
  exceptions_.empty_if_not = threshold(empty);
}

std::uint32_t Model::length(std::uint32_t bits) const {
  // The divisor is a constant: a multiplication.
  return static_cast<std::uint32_t>((length_.draw(bits).us + kPageUnit - 1) / kPageUnit);
}

std::uint32_t Model::poisson(double mean, std::uint32_t bits) const {
  const double most = static_cast<double>(poisson_zero_.size() - 1);
  const double step = std::min(mean * kPoissonSteps + 0.5, most);
  const auto index = static_cast<std::uint32_t>(step);
  const double quantised = static_cast<double>(index) / kPoissonSteps;
  const double u = (static_cast<double>(bits) + 0.5) * 0x1p-32;
  double term = poisson_zero_[index];
  double below = term;
  std::uint32_t n = 0;
  while (u > below && n < kMostPoisson) {
    ++n;
    term *= quantised / n;  // a division, but once an opened day, not once an event
    below += term;
  }
  return n;
}

void Model::build_profile() {
  // Survival of the length and the minutes of pages, from sessions drawn with the tables that shards use.
  std::vector<double> survival(params_.sessions.pages_cap, 0.0);
  profile_.assign(kProfileMinutes, 0.0);
  for (std::uint32_t i = 0; i < kProfileSessions; ++i) {
    // Stratified in the length, so that its mean is as exact as the table.
    const auto bits = static_cast<std::uint32_t>(std::uint64_t{i} * (0x1'0000'0000ULL / kProfileSessions) +
                                                 0x1'0000'0000ULL / kProfileSessions / 2);
    const std::uint32_t pages = length(bits);
    RandomStream random(seed_, i, purpose("platform.profile"));
    Duration at{to_below(random.next32(), 60'000'000)};
    for (std::uint32_t page = 0; page < pages; ++page) {
      survival[page] += 1.0 / kProfileSessions;
      const auto minute = static_cast<std::size_t>(at / Duration::minutes(1));
      profile_[std::min(minute, kProfileMinutes - 1)] += 1.0 / kProfileSessions;
      at = at + think(random.next32());
    }
  }
  // Levels of buying, from inclinations drawn as members' are.
  std::array<double, PageChain::kLevels> levels{};
  const PopulationParams& p = params_.population;
  for (std::uint32_t i = 0; i < kProfileSessions; ++i) {
    RandomStream random(seed_, i, purpose("platform.levels"));
    const double conversion = sample_gamma(random, p.conversion_shape, p.conversion_mean / p.conversion_shape);
    levels[level(conversion, random.uniform())] += 1.0 / kProfileSessions;
  }
  // A session's length does not depend on its pages: every version has as many.
  for (const double alive : survival) pages_per_session_ += alive;
  for (const PageChain& chain : chains_) {
    auto shares = chain.expected_pages(survival, levels);
    for (double& share : shares) share /= pages_per_session_;
    split_pages(shares);
    page_share_.push_back(shares);
  }
}

double Model::page_share(Page page, std::int64_t day) const {
  const auto which = static_cast<std::size_t>(page);
  // Computers do without the app.
  double share = (1 - params_.population.mobile) * page_share_[0][which];
  for (std::uint32_t v = 0; v < releases_.versions(); ++v)
    share += params_.population.mobile * releases_.share(v, day) * page_share_[v][which];
  return share;
}

double Model::intensity(std::int64_t window) const {
  const std::span<const float> rates = calendar_.rates();
  DWELL_DEMAND(window >= 0 && window < std::ssize(rates), "the intensity of a minute outside the run");
  double sum = 0;
  const std::int64_t lags = std::min<std::int64_t>(window + 1, kProfileMinutes);
  for (std::int64_t lag = 0; lag < lags; ++lag)
    sum += static_cast<double>(rates[static_cast<std::size_t>(window - lag)]) * profile_[static_cast<std::size_t>(lag)];
  return sum * population_.sessions_per_day() / static_cast<double>(kMinutesPerDay);
}

}  // namespace dwell::commerce
