#pragma once
// Spans of time in words, with the unit that fits their size. For people: two significant digits below a hundred.

#include <string>

namespace dwell {

/// "30 s", "12 min", "1.5 h", "3.2 d", "147 d"; "0 min" of nothing, or less.
std::string short_time(double days);
/// "12 minutes", "1.5 hours", "3.2 days", "147 days", "1 day".
std::string long_time(double days);

}  // namespace dwell
