#pragma once
// Text for people: widths, wrapping, and numbers with a unit that fits their size.

#include <cstddef>
#include <string>
#include <string_view>

#include "sim/core/time_text.hpp"

namespace dwell::report {

/// How a page is printed.
struct Style {
  std::size_t width = 80;
  bool colour = false;
};

enum class Emphasis : unsigned char { none, bold, dim };
/// The text between the terminal's codes for the emphasis; unchanged without colour.
std::string emphasise(std::string_view text, Emphasis emphasis, const Style& style);

/// Columns of a terminal that UTF-8 text takes: combining characters none, East Asian wide ones two.
std::size_t display_width(std::string_view text);
/// At most `width` columns; what was cut is shown by an ellipsis.
std::string fit(std::string_view text, std::size_t width);
/// The same, cut in the middle: a third of the beginning stays and the end, by which long names differ.
std::string fit_middle(std::string_view text, std::size_t width);
/// Filled up to `width` columns with spaces.
std::string pad(std::string_view text, std::size_t width, bool right);
/// Words wrapped to `width`; lines after the first begin with `indent` spaces, the first is taken to begin at `indent`
/// too. No line break at the end. A word wider than the space stands alone.
std::string wrap(std::string_view text, std::size_t width, std::size_t indent);

// Times are told on the pages as in notes that come with results.
using dwell::long_time;
using dwell::short_time;
/// "999", "33.7 k", "33.7 M", "1.8 G".
std::string short_count(double count);
/// "999 B", "12.3 kB", "1.5 MB".
std::string short_bytes(double bytes);
/// "99.8 %": cut, not rounded, so that 100 % means all; "<0.1 %" for a trace.
std::string percent(double share);
/// "1.02", "0.14", "0.033": two significant digits below one.
std::string short_rate(double rate);

}  // namespace dwell::report
