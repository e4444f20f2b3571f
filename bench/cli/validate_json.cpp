#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "bench/cli/validate_page.hpp"
#include "bench/validate/series.hpp"
#include "sim/commerce/params.hpp"
#include "sim/world/scenario.hpp"

namespace dwell::cli {
namespace {

using Json = nlohmann::ordered_json;
using validate::Estimate;
using validate::Observed;
using validate::Part;
using validate::Statistic;

constexpr double kUnbounded = 1e299;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json part_json(const Part& part) {
  Json out = {{"name", part.name},
              {"unit", part.unit == "%" ? "share of 1" : part.unit},
              {"value", number(part.value.value)},
              {"low", number(on_clock(part.value.low, part.unit))},
              {"high", number(on_clock(part.value.high, part.unit))},
              {"band", {part.band.low, part.band.high > kUnbounded ? Json(nullptr) : Json(part.band.high)}},
              {"pass", part.pass},
              {"compatible", part.compatible()}};
  if (!part.skipped.empty()) out["skipped"] = part.skipped;
  if (!part.no_interval.empty()) out["no_interval"] = part.no_interval;
  return out;
}

/// The first part with a value stands for the statistic; all of them are in `parts`.
Json statistic_json(const Statistic& s) {
  const Part* head = &s.parts.front();
  for (const Part& part : s.parts) {
    if (part.skipped.empty()) {
      head = &part;
      break;
    }
  }
  Json out = {{"id", s.id},
              {"name", s.name},
              {"value", number(head->value.value)},
              {"low", number(on_clock(head->value.low, head->unit))},
              {"high", number(on_clock(head->value.high, head->unit))},
              {"pass", s.pass()}};
  if (s.skipped()) out["skipped"] = head->skipped;
  out["interval"] = s.interval;
  if (!s.note.empty()) out["note"] = s.note;
  for (const Part& part : s.parts) out["parts"].push_back(part_json(part));
  out["references"] = Json::array();
  for (const auto& reference : s.references)
    out["references"].push_back({{"figure", reference.figure}, {"publisher", reference.publisher}});
  return out;
}

std::string date(std::int64_t day) { return world::to_string(Date{static_cast<std::int32_t>(day)}); }

Json estimate_json(const Estimate& e) {
  return {{"value", number(e.value)}, {"low", number(e.low)}, {"high", number(e.high)}};
}

Json week_json(const Observed& seen) {
  constexpr std::size_t kPerHour = validate::Day::kBins / 24, kWeek = 7;
  Json hours = Json::array();
  for (std::size_t d = 0; d < std::min(kWeek, seen.days.size()); ++d) {
    for (std::size_t h = 0; h < 24; ++h) {
      std::uint64_t events = 0;
      for (std::size_t b = 0; b < kPerHour; ++b) events += seen.days[d].bins[h * kPerHour + b];
      hours.push_back(events);
    }
  }
  return {{"first_day", date(seen.first_day)}, {"events_by_hour", hours}};
}

Json plots_json(const Observed& seen) {
  validate::DayEvidence sum;
  for (const validate::DayEvidence& block : seen.by_day) sum.add(block, 1);
  double events = 0;
  for (const double n : sum.hours) events += n;
  Json hours = Json::array(), lengths = Json::array(), gaps = Json::array(), days = Json::array();
  for (const double n : sum.hours) hours.push_back(events > 0 ? 24 * n / events : 0);
  for (std::size_t k = 1; k < validate::kLengths; ++k) lengths.push_back(sum.lengths[k]);
  constexpr std::size_t kTogether = 20;
  for (std::size_t bin = 0; bin + kTogether <= validate::kGapBins; bin += kTogether) {
    double n = 0;
    for (std::size_t b = bin; b < bin + kTogether; ++b) n += sum.log_gaps[b];
    const double from = validate::kGapLeast + validate::kGapStep * static_cast<double>(bin);
    if (n > 0) gaps.push_back({{"from_s", std::exp(from)}, {"gaps", n}});
  }
  for (std::size_t d = 0; d < seen.days.size(); ++d) {
    const validate::Day& day = seen.days[d];
    days.push_back({{"date", date(seen.first_day + static_cast<std::int64_t>(d))},
                    {"events", day.events},
                    {"sessions", day.sessions},
                    {"whole", day.whole},
                    {"promotion", day.promotion},
                    {"holiday", day.holiday}});
  }
  const validate::CalendarFactors factors = validate::calendar_factors(seen);
  Json weekdays = Json::array();
  for (const Estimate& e : factors.weekdays) weekdays.push_back(estimate_json(e));
  const validate::Hurst hurst = validate::hurst(seen);
  return {{"hours", hours},
          {"published_hours", commerce::CalendarParams{}.hour},
          {"weekdays", weekdays},
          {"weekday_autocorrelation", factors.rho},
          {"week", week_json(seen)},
          {"days", days},
          {"pages_per_session", lengths},
          {"think_time", gaps},
          {"hurst",
           {{"variance_time", number(hurst.variance_time)},
            {"rescaled_range", number(hurst.rescaled_range.value)},
            {"detrended_fluctuations", number(hurst.fluctuations)}}}};
}

/// More digits than a log can tell would look like knowledge.
double four_digits(double value) { return std::stod(fmt::format("{:.4g}", value)); }

void put_if(Json& json, const char* path, const std::optional<double>& value) {
  if (value) json[Json::json_pointer(path)] = four_digits(*value);
}
template <std::size_t n>
void put_if(Json& json, const char* path, const std::optional<std::array<double, n>>& values) {
  if (!values) return;
  for (const double value : *values) json[Json::json_pointer(path)].push_back(four_digits(value));
}

}  // namespace

nlohmann::ordered_json fit_json(const validate::Fit& fit) {
  Json out = Json::object();
  put_if(out, "/platform/calendar/hour", fit.hour);
  put_if(out, "/platform/calendar/weekday_visits", fit.weekday_visits);
  put_if(out, "/platform/calendar/holiday_visits", fit.holiday_visits);
  put_if(out, "/platform/population/visit_a", fit.visit_a);
  put_if(out, "/platform/population/visit_b", fit.visit_b);
  put_if(out, "/platform/population/intensity_shape", fit.intensity_shape);
  put_if(out, "/platform/population/mobile", fit.mobile);
  put_if(out, "/platform/population/android", fit.android);
  put_if(out, "/platform/sessions/extra_sessions", fit.extra_sessions);
  put_if(out, "/platform/sessions/pages_mu", fit.pages_mu);
  put_if(out, "/platform/sessions/pages_sigma", fit.pages_sigma);
  put_if(out, "/platform/sessions/think_mu", fit.think_mu);
  put_if(out, "/platform/sessions/think_sigma", fit.think_sigma);
  put_if(out, "/platform/sessions/login", fit.login);
  put_if(out, "/platform/sessions/login_failure", fit.login_failure);
  put_if(out, "/platform/catalogue/exponent", fit.item_exponent);
  return out;
}

nlohmann::ordered_json validation_json(const Validation& validation, nlohmann::ordered_json source) {
  const Verdict count = verdict(validation.statistics);
  Json out = {{"schema", "dwell.validation/1"}, {"source", std::move(source)}};
  out["remarks"] = validation.remarks;
  out["passed"] = count.passed;
  out["failed"] = count.failed;
  out["skipped"] = count.skipped;
  for (const Statistic& s : validation.statistics) out["statistics"].push_back(statistic_json(s));
  out["plots"] = plots_json(*validation.observed);
  if (validation.fit) {
    out["fit"] = fit_json(*validation.fit);
    if (!validation.fit->clamped.empty()) out["fit_clamped"] = validation.fit->clamped;
    out["fit_left_out"] = validation.fit->left_out;
    if (validation.fit->promotion_visits) out["promotion_visits"] = *validation.fit->promotion_visits;
  }
  return out;
}

}  // namespace dwell::cli
