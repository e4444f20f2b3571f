#pragma once
// Numbers as people read them: three digits and a prefix.

#include <string>
#include <string_view>

namespace dwell {

/// At most three significant digits, no trailing ".0"; whole numbers from 100 on.
std::string three_digits(double value);
/// "0 B", "512 B", "1.93 MB", "134 MB"; without a unit "12.4 k". Prefixes of ten: k, M, G, T. Nothing below 0.
std::string with_prefix(double value, std::string_view unit);

}  // namespace dwell
