#pragma once
// Traffic drawn: a week of events by the hour and the hours of the day, beside the published curve.

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "bench/validate/evidence.hpp"
#include "sim/core/result.hpp"

namespace dwell::validate {

/// Traffic by hour of day, mean 1, wall clock of the people: the yardstick of statistic 12. An assumption shaped by
/// four published curves. It stands here beside the model's own parameter so that a changed model shows.
inline constexpr std::array<double, 24> kPublishedHours = {1.05, .55,  .32,  .22,  .18,  .22,  .42,  .75,
                                                           .98,  1.12, 1.25, 1.28, 1.30, 1.20, 1.18, 1.16,
                                                           1.15, 1.12, 1.10, 1.18, 1.43, 1.64, 1.70, 1.50};

/// The days to draw: the first whole week, Monday to Sunday, without promotion and holiday; else the first seven whole
/// days in a row; else as many as there are. Nothing without a whole day.
struct Stretch {
  std::size_t first = 0, days = 0;  ///< places in Observed::days
};
std::optional<Stretch> week_to_draw(const Observed& observed);

/// The drawing as an SVG document of 960 by 760 pixels. Above, events an hour of the week against the published curve
/// at the same mean; below, the share of each hour of the day, days with promotions left out, against the same curve
/// and published figures. Error: no whole day was seen.
Result<std::string> week_plot(const Observed& observed, std::string_view title);

}  // namespace dwell::validate
