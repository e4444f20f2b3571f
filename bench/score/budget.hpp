#pragma once
// Alert budgets: how many alerts a day an operations centre will look at.

#include <array>
#include <string_view>

namespace dwell::score {

struct Budget {
  std::string_view name;
  double per_day;
};

/// One a day, one a week, one a month (30 days).
inline constexpr std::array<Budget, 3> kBudgets = {{{"1/day", 1.0}, {"1/week", 1.0 / 7.0}, {"1/month", 1.0 / 30.0}}};

}  // namespace dwell::score
