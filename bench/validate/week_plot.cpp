#include "bench/validate/week_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <vector>

#include "bench/validate/svg.hpp"

namespace dwell::validate {
namespace {

constexpr double kWidth = 960, kHeight = 760;
constexpr double kLeft = 80, kRight = 930;
constexpr std::string_view kOurs = "#0b5394", kTheirs = "#c7500a", kGrid = "#dddddd", kFrame = "#666666";
constexpr std::string_view kBand = "#f3e6da";
constexpr std::string_view kDashes = "7 4";
// Published: peak over mean of a multi-category store; hours of Taobao's peak and trough.
constexpr double kStorePeakToMean = 1.78;
constexpr int kTaobaoPeak = 21, kTaobaoPeakHours = 2, kTaobaoTrough = 4;

/// One of the two drawings: where it lies, and what its axes mean.
struct Panel {
  Scale x, y;
  double top, bottom;
};

std::size_t weekday(std::int64_t day) { return static_cast<std::size_t>((day + 3) % 7); }  // 1970-01-01: Thursday

std::string day_label(std::int64_t day) {
  constexpr std::array<std::string_view, 7> kDays = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  const std::chrono::year_month_day civil{std::chrono::sys_days(std::chrono::days(day))};
  return fmt::format("{} {:02}-{:02}", kDays.at(weekday(day)), static_cast<unsigned>(civil.month()),
                     static_cast<unsigned>(civil.day()));
}

/// "1,234,000" would crowd the axis: "1.23 M".
std::string count_label(double count) {
  if (count >= 1e6) return fmt::format("{:g} M", count / 1e6);
  if (count >= 1e3) return fmt::format("{:g} k", count / 1e3);
  return fmt::format("{:g}", count);
}

std::vector<double> hourly(const Observed& observed, const Stretch& stretch) {
  constexpr std::size_t kBinsPerHour = Day::kBins / 24;
  std::vector<double> hours(24 * stretch.days);
  for (std::size_t d = 0; d < stretch.days; ++d) {
    const Day& day = observed.days[stretch.first + d];
    for (std::size_t bin = 0; bin < Day::kBins; ++bin) hours[24 * d + bin / kBinsPerHour] += day.bins[bin];
  }
  return hours;
}

/// Shares of the hours of the day in all that was seen.
std::array<double, 24> hour_shares(const Observed& observed) {
  std::array<double, 24> shares{};
  for (const DayEvidence& day : observed.by_day) {
    for (std::size_t h = 0; h < 24; ++h) shares[h] += day.hours[h];
  }
  const double total = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (double& share : shares) share = total > 0 ? share / total : 0;
  return shares;
}

void frame(Svg& svg, const Panel& panel, const std::vector<double>& marks, const std::string& axis,
           std::string (*label)(double)) {
  for (const double mark : marks) {
    const double y = panel.y.at(mark);
    svg.line({kLeft, y}, {kRight, y}, {kGrid});
    svg.words({kLeft - 8, y + 4}, label(mark), {.anchor = Anchor::end});
  }
  svg.line({kLeft, panel.top}, {kLeft, panel.bottom}, {kFrame});
  svg.line({kLeft, panel.bottom}, {kRight, panel.bottom}, {kFrame});
  svg.words({18, (panel.top + panel.bottom) / 2}, axis, {.anchor = Anchor::middle, .upwards = true});
}

void legend(Svg& svg, double y, std::string_view ours, std::string_view theirs) {
  svg.line({kLeft + 4, y}, {kLeft + 34, y}, {kOurs, 2.2});
  svg.words({kLeft + 40, y + 4}, ours);
  svg.line({kLeft + 334, y}, {kLeft + 364, y}, {kTheirs, 2.2, kDashes});
  svg.words({kLeft + 370, y + 4}, theirs);
}

void draw_week(Svg& svg, const Observed& observed, const Stretch& stretch, const std::string& who) {
  const std::vector<double> hours = hourly(observed, stretch);
  const auto count = static_cast<double>(hours.size());
  const double mean = std::accumulate(hours.begin(), hours.end(), 0.0) / count;
  const double most = std::max(*std::max_element(hours.begin(), hours.end()),
                               mean * *std::max_element(kPublishedHours.begin(), kPublishedHours.end()));
  const std::vector<double> marks = round_marks(most, 5);
  const Panel panel{{0, count, kLeft, kRight}, {0, marks.back(), 360, 100}, 100, 360};
  frame(svg, panel, marks, "events an hour", count_label);
  std::vector<Point> seen, published;
  for (std::size_t h = 0; h < hours.size(); ++h) {
    const double middle = static_cast<double>(h) + 0.5;
    seen.push_back({panel.x.at(middle), panel.y.at(hours[h])});
    published.push_back({panel.x.at(middle), panel.y.at(mean * kPublishedHours[h % 24])});
  }
  for (std::size_t d = 0; d < stretch.days; ++d) {
    const double begin = panel.x.at(24 * static_cast<double>(d));
    if (d > 0) svg.line({begin, panel.top}, {begin, panel.bottom}, {kGrid});
    const auto day = observed.first_day + static_cast<std::int64_t>(stretch.first + d);
    svg.words({panel.x.at(24 * static_cast<double>(d) + 12), panel.bottom + 18}, day_label(day),
              {.anchor = Anchor::middle});
  }
  svg.polyline("week-published", published, {kTheirs, 1.8, kDashes});
  svg.polyline("week-observed", seen, {kOurs, 2.2});
  legend(svg, 82, who, "hourly curve shaped by four published ones, same mean");
}

std::string percent_label(double percent) { return fmt::format("{:g} %", percent); }

/// What others published, behind the curves.
void draw_references(Svg& svg, const Panel& panel) {
  const double height = panel.bottom - panel.top;
  const double hour_width = panel.x.at(1) - panel.x.at(0);
  svg.area({panel.x.at(kTaobaoPeak), panel.top}, hour_width * kTaobaoPeakHours, height, kBand);
  svg.area({panel.x.at(kTaobaoTrough), panel.top}, hour_width, height, kBand);
  const double store = panel.y.at(100 * kStorePeakToMean / 24);
  svg.line({kLeft, store}, {kRight, store}, {kFrame, 1.0, "2 3"});
  svg.words({kLeft + 6, store - 5}, fmt::format("peak of a multi-category store: {} times the mean", kStorePeakToMean),
            {.size = 12, .colour = kFrame});
  svg.words({panel.x.at(kTaobaoTrough + 1) + 4, store + 18}, "shaded: Taobao's trough (4 h) and peak (21 to 22 h)",
            {.size = 12, .colour = kFrame});
}

void draw_hours(Svg& svg, const Observed& observed, const std::string& who) {
  const std::array<double, 24> shares = hour_shares(observed);
  const double most = std::max({*std::max_element(shares.begin(), shares.end()), kStorePeakToMean / 24});
  const std::vector<double> marks = round_marks(100 * most, 5);
  const Panel panel{{0, 24, kLeft, kRight}, {0, marks.back(), 700, 470}, 470, 700};
  draw_references(svg, panel);
  frame(svg, panel, marks, "share of the day's events", percent_label);
  std::vector<Point> seen, published;
  for (std::size_t h = 0; h < 24; ++h) {
    const double middle = static_cast<double>(h) + 0.5;
    seen.push_back({panel.x.at(middle), panel.y.at(100 * shares[h])});
    published.push_back({panel.x.at(middle), panel.y.at(100 * kPublishedHours[h] / 24)});
    svg.words({panel.x.at(middle), panel.bottom + 18}, std::to_string(h), {.anchor = Anchor::middle});
  }
  svg.words({(kLeft + kRight) / 2, panel.bottom + 40}, "hour of the day, wall clock of the people",
            {.anchor = Anchor::middle});
  svg.polyline("hours-published", published, {kTheirs, 1.8, kDashes});
  svg.polyline("hours-observed", seen, {kOurs, 2.2});
  for (const Point& point : seen) svg.circle(point, 3, kOurs);
  legend(svg, 452, who + ", all days without promotion", "hourly curve shaped by four published ones");
}

}  // namespace

std::optional<Stretch> week_to_draw(const Observed& observed) {
  const std::vector<Day>& days = observed.days;
  const auto run_from = [&](std::size_t first) {
    std::size_t length = 0;
    while (length < 7 && first + length < days.size() && days[first + length].whole) ++length;
    return length;
  };
  std::optional<Stretch> longest;
  for (std::size_t first = 0; first < days.size(); ++first) {
    const std::size_t length = run_from(first);
    if (length > (longest ? longest->days : 0)) longest = Stretch{first, length};
    if (length < 7 || weekday(observed.first_day + static_cast<std::int64_t>(first)) != 0) continue;
    const auto special = [](const Day& day) { return day.promotion || day.holiday || day.feast; };
    const auto begin = days.begin() + static_cast<std::ptrdiff_t>(first);
    if (std::none_of(begin, begin + 7, special)) return Stretch{first, 7};
  }
  return longest;
}

Result<std::string> week_plot(const Observed& observed, std::string_view title) {
  const std::optional<Stretch> stretch = week_to_draw(observed);
  if (!stretch)
    return Error{"", "", "no whole day was seen", "at least one day from midnight to midnight without a gap"};
  Svg svg(kWidth, kHeight, title);
  svg.words({kLeft, 30}, "Traffic beside the published hourly curve", {.size = 18, .bold = true});
  svg.words({kLeft, 52}, title, {.size = 12, .colour = kFrame});
  const std::string who = "events seen";
  draw_week(svg, observed, *stretch, who);
  draw_hours(svg, observed, who);
  return svg.finish();
}

}  // namespace dwell::validate
