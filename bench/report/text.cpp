#include "bench/report/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>

#include "sim/core/short_number.hpp"

namespace dwell::report {
namespace {

/// Reads one code point at `at` and moves past it; a byte that is no UTF-8 counts as one character.
char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(at++);
  const unsigned more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
  char32_t point = more == 3 ? lead & 7U : more == 2 ? lead & 15U : more == 1 ? lead & 31U : lead;
  for (unsigned i = 0; i < more; ++i) {
    if (at >= text.size() || (byte(at) & 0xC0U) != 0x80U) return 0xFFFD;
    point = point << 6U | (byte(at++) & 63U);
  }
  return point;
}

std::size_t width_of(char32_t c) {
  if (c < 0x20 || c == 0x7F || (c >= 0x300 && c <= 0x36F) || (c >= 0x200B && c <= 0x200F) || c == 0xFEFF) return 0;
  constexpr std::array<std::pair<char32_t, char32_t>, 7> wide = {{{0x1100, 0x115F},
                                                                  {0x2E80, 0xA4CF},
                                                                  {0xAC00, 0xD7A3},
                                                                  {0xF900, 0xFAFF},
                                                                  {0xFE30, 0xFE6F},
                                                                  {0xFF00, 0xFF60},
                                                                  {0x1F300, 0x1FAFF}}};
  return std::any_of(wide.begin(), wide.end(), [&](auto range) { return c >= range.first && c <= range.second; }) ? 2
                                                                                                                  : 1;
}

}  // namespace

std::string emphasise(std::string_view text, Emphasis emphasis, const Style& style) {
  if (!style.colour || emphasis == Emphasis::none || text.empty()) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", emphasis == Emphasis::bold ? 1 : 2, text);
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) width += width_of(next_code_point(text, at));
  return width;
}

std::string fit(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return "";
  std::size_t used = 0;
  std::size_t end = 0;
  for (std::size_t at = 0; at < text.size();) {
    used += width_of(next_code_point(text, at));
    if (used > width - 1) break;
    end = at;
  }
  return std::string(text.substr(0, end)) + "…";
}

std::string fit_middle(std::string_view text, std::size_t width) {
  const std::size_t whole = display_width(text);
  if (whole <= width || width < 3) return fit(text, width);
  const std::string head = fit(text, (width - 1) / 3 + 1);  // ends with the ellipsis
  const std::size_t room = width - display_width(head);
  std::size_t left = whole;
  for (std::size_t at = 0; at < text.size();) {
    left -= width_of(next_code_point(text, at));
    if (left <= room) return head + std::string(text.substr(at));
  }
  return head;
}

std::string pad(std::string_view text, std::size_t width, bool right) {
  const std::size_t used = display_width(text);
  const std::string gap(width > used ? width - used : 0, ' ');
  return right ? gap + std::string(text) : std::string(text) + gap;
}

std::string wrap(std::string_view text, std::size_t width, std::size_t indent) {
  std::string out;
  std::size_t column = indent;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string_view word = text.substr(at, end - at);
    at = end + 1;
    if (word.empty()) continue;
    const std::size_t needed = display_width(word);
    if (column > indent && column + 1 + needed > width) {
      out += '\n';
      out.append(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += needed;
  }
  return out;
}

std::string short_count(double count) { return with_prefix(count, ""); }

std::string short_bytes(double bytes) { return with_prefix(bytes, "B"); }

std::string percent(double share) {
  if (!(share > 0)) return "0 %";
  if (share >= 1) return "100 %";
  if (share < 0.001) return "<0.1 %";
  return fmt::format("{:.1f} %", std::floor(share * 1000 + 1e-9) / 10);
}

std::string short_rate(double rate) {
  if (!(rate > 0)) return "0";
  if (rate >= 0.995) return three_digits(rate);
  if (rate >= 0.0995) return fmt::format("{:.2f}", rate);
  if (rate >= 0.000995) return fmt::format("{:.3f}", rate);
  return "<.001";
}

}  // namespace dwell::report
