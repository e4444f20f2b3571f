#include "bench/validate/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "bench/validate/catalogue.hpp"
#include "bench/validate/figures.hpp"
#include "bench/validate/items.hpp"
#include "bench/validate/resample.hpp"

namespace dwell::validate {
namespace {

/// The sum of all blocks, or of as many drawn with replacement among those that hold something.
template <class Evidence>
Evidence sum_blocks(const std::vector<const Evidence*>& blocks, const Draw* draw) {
  Evidence sum;
  std::vector<double> times(blocks.size(), draw == nullptr ? 1 : 0);
  if (draw != nullptr) {
    for (std::size_t i = 0; i < blocks.size(); ++i) times[draw->below(blocks.size(), i)] += 1;
  }
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    if (times[b] > 0) sum.add(*blocks[b], times[b]);
  }
  return sum;
}

/// The hour that is nearest to `to` around the clock, below 0 or from 24 on where midnight lies between.
double unwrapped(double hour, double to) { return to + std::remainder(hour - to, 24.0); }

/// Figures of days, hours of the day taken around the clock.
std::vector<Estimate> day_estimates(const std::vector<const DayEvidence*>& blocks) {
  const DayFigures whole = day_figures(sum_blocks(blocks, nullptr));
  return resample_all(blocks.size(), [&](const Draw* draw) {
    const DayFigures drawn = day_figures(sum_blocks(blocks, draw));
    std::vector<double> values(drawn.begin(), drawn.end());
    for (const DayFigure figure : {DayFigure::peak_hour, DayFigure::trough_hour}) {
      const auto at = static_cast<std::size_t>(figure);
      values[at] = unwrapped(values[at], whole[at]);
    }
    return values;
  });
}

/// Groups of users are drawn from all, those with nobody among them too.
std::vector<Estimate> user_estimates(const std::vector<const UserEvidence*>& blocks) {
  const auto filled = std::count_if(blocks.begin(), blocks.end(), [](const UserEvidence* block) {
    return std::any_of(block->systems.begin(), block->systems.end(), [](double sessions) { return sessions > 0; });
  });
  return resample_all(static_cast<std::size_t>(filled), [&](const Draw* draw) {
    const UserFigures values = user_figures(sum_blocks(blocks, draw));
    return std::vector<double>(values.begin(), values.end());
  });
}

/// Values and reasons, into the parts of the catalogue's statistics.
class Filler {
 public:
  Filler(const Observed& observed, std::vector<Statistic>& statistics) : seen_(observed), statistics_(statistics) {}

  void fill(int id, std::initializer_list<Estimate> values, const std::string& missing) {
    Statistic& statistic = statistics_[static_cast<std::size_t>(id - 1)];
    std::size_t p = 0;
    for (const Estimate& value : values) set(statistic.parts[p++], value, missing, "too little in the log");
  }
  void set(Part& part, const Estimate& value, const std::string& missing, const std::string& otherwise) const {
    part.value = value;
    part.skipped = !missing.empty() ? missing : std::isnan(value.value) ? otherwise : "";
    part.pass = part.skipped.empty() && part.band.holds(value.value);
    if (part.skipped.empty() && std::isnan(value.low)) part.no_interval = "too few days";
  }
  Part& part(int id, std::size_t index) { return statistics_[static_cast<std::size_t>(id - 1)].parts[index]; }

  void sessions(const std::vector<Estimate>& d) {
    const auto at = [&](DayFigure figure) { return d[static_cast<std::size_t>(figure)]; };
    using enum DayFigure;
    const std::string no_event = seen_.columns.event ? "" : "column event missing";
    fill(1, {at(length_median), at(length_mean), at(length_tail_ratio)}, "");
    fill(2, {at(single_page)}, "");
    fill(3, {at(length_sigma)}, "");
    set(part(3, 1), at(length_exponent), enough_for_tail() ? "" : "under 50,000 sessions", "too little in the log");
    fill(4, {at(think_median_s), at(think_sigma)}, "");
    fill(5, {at(think_ks), at(think_ks_ratio)}, "");
    fill(6, {at(views), at(carts), at(buys)}, no_event);
    fill(7, {at(ordering)}, no_event);
    fill(12, {at(peak_to_mean), at(peak_to_trough), at(peak_hour), at(trough_hour)}, "");
  }

  void users(const std::vector<Estimate>& u) {
    const auto at = [&](UserFigure figure) { return u[static_cast<std::size_t>(figure)]; };
    using enum UserFigure;
    const std::string no_user = seen_.columns.user ? "" : "column user missing";
    const std::string no_span = seen_.spans != 0  ? no_user
                                : no_user.empty() ? "fewer than 28 whole days on end"
                                                  : no_user;
    fill(8, {at(daily_to_monthly), at(weekly_to_monthly)}, no_span);
    fill(9, {at(p95_to_p50), at(p99_to_p50)}, no_span);
    fill(10, {at(gini), at(top_tenth)}, seen_.columns.event ? no_span : "column event missing");
    set(part(15, 0), at(login_failure), seen_.columns.outcome ? "" : "column outcome missing", "no log-ins");
    std::size_t p = 1;
    for (const UserFigure carrier : {skt, kt, lgu, mvno})
      set(part(15, p++), at(carrier), seen_.columns.carrier ? "" : "column carrier missing", "no known carrier");
    set(part(15, p), at(android), seen_.columns.system ? "" : "column system missing", "no known system");
    for (const int id : {8, 9, 10, 15}) say_no_interval(id, "too few users");
  }

  void days() {
    const CalendarFactors factors = calendar_factors(seen_);
    const auto less = [](const Estimate& a, const Estimate& b) { return a.value < b.value; };
    const auto [least, most] = std::minmax_element(factors.weekdays.begin(), factors.weekdays.end(), less);
    set(part(13, 0), *least, "", "too few whole days of each weekday");
    set(part(13, 1), *most, "", "too few whole days of each weekday");
    set(part(13, 2), factors.feast, "", "no such holidays in the log");
    set(part(13, 3), factors.promotion, "", "no promotion in the log");
    set(part(14, 0), daily_variation(seen_), "", "under seven whole, ordinary days");
    set(part(14, 1), dispersion(seen_), "", "under three whole, ordinary days");
    set(part(14, 2), hurst(seen_).rescaled_range, "", "under seven whole days on end");
  }

  void items() {
    set(part(11, 0), item_exponent(seen_), seen_.columns.item ? "" : "column item missing",
        "too few items for a rank curve");
    say_no_interval(11, "too few clicks");
  }

 private:
  void say_no_interval(int id, const std::string& reason) {
    for (Part& part : statistics_[static_cast<std::size_t>(id - 1)].parts) {
      if (!part.no_interval.empty()) part.no_interval = reason;
    }
  }

  /// Fewer reach less far into the tail, and the exponent is the smaller for it.
  [[nodiscard]] bool enough_for_tail() const {
    constexpr double kLeast = 50'000;
    double sessions = 0;
    for (const DayEvidence& block : seen_.by_day) sessions += block.sessions;
    return sessions >= kLeast;
  }

  const Observed& seen_;
  std::vector<Statistic>& statistics_;
};

}  // namespace

bool Part::compatible() const {
  if (!skipped.empty()) return false;
  if (std::isnan(value.low)) return pass;
  const auto meets = [&](double turn) { return value.low + turn <= band.high && value.high + turn >= band.low; };
  return meets(0) || (unit == "h" && (meets(-24) || meets(24)));
}

bool Statistic::skipped() const {
  return std::all_of(parts.begin(), parts.end(), [](const Part& p) { return !p.skipped.empty(); });
}

bool Statistic::pass() const {
  return !skipped() &&
         std::all_of(parts.begin(), parts.end(), [](const Part& p) { return !p.skipped.empty() || p.pass; });
}

std::vector<Statistic> compute_statistics(const Observed& observed) {
  std::vector<const DayEvidence*> days;
  for (const DayEvidence& block : observed.by_day) {
    if (block.sessions > 0) days.push_back(&block);
  }
  std::vector<const UserEvidence*> users;
  for (const UserEvidence& block : observed.by_user) users.push_back(&block);
  std::vector<Statistic> out = catalogue();
  Filler filler(observed, out);
  filler.sessions(day_estimates(days));
  filler.users(user_estimates(users));
  filler.days();
  filler.items();
  return out;
}

}  // namespace dwell::validate
