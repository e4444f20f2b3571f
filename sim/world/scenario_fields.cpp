#include "sim/world/scenario_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "sim/core/edit_distance.hpp"

namespace dwell::world {
namespace {

std::string range(double least, double most) {
  if (most >= std::numeric_limits<double>::max()) return plain_number(least) + " or more";
  return plain_number(least) + " to " + plain_number(most);
}

/// Seconds in the largest unit that keeps the figure at one or more.
std::string rough_duration(double seconds) {
  if (seconds == 0) return "0 s";
  if (seconds >= 86'400) return plain_number(seconds / 86'400) + " d";
  if (seconds >= 3'600) return plain_number(seconds / 3'600) + " h";
  if (seconds >= 60) return plain_number(seconds / 60) + " min";
  if (seconds >= 1) return plain_number(seconds) + " s";
  return plain_number(seconds * 1'000) + " ms";
}

}  // namespace

std::string plain_number(double value) {
  if (std::floor(value) == value && std::abs(value) < 1e15) return fmt::format("{:.0f}", value);
  return fmt::format("{:.6g}", value);
}

std::string number_accepted(const Field& field, bool whole) {
  if (field.unit == "probability") return "a probability, " + range(field.least, field.most);
  std::string text = (whole ? "a whole number, " : "a number, ") + range(field.least, field.most);
  if (!field.unit.empty()) text += fmt::format(" ({})", field.unit);
  return text;
}

std::string duration_accepted(const Field& field) {
  return "a duration with its unit (us, ms, s, min, h, d), " + rough_duration(field.least) + " to " +
         rough_duration(field.most);
}

std::string count_accepted(double least, double most, std::string_view of_what) {
  return fmt::format("{} {}", least == most ? plain_number(least) : range(least, most), of_what);
}

std::string one_of(std::span<const std::string_view> names, std::string_view last_word) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? fmt::format(" {} ", last_word) : ", ";
    text += '"' + std::string(names[i]) + '"';
  }
  return text;
}

std::string nearest(std::string_view key, std::span<const std::string_view> names) {
  // A key far longer than any name is no slip of the finger: its beginning says enough, and keeps the search cheap.
  const std::string_view start = key.substr(0, 64);
  std::vector<std::pair<std::size_t, std::string_view>> ranked;
  for (const std::string_view name : names) ranked.emplace_back(edit_distance(start, name), name);
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string_view> best;
  for (std::size_t i = 0; i < std::min<std::size_t>(3, ranked.size()); ++i) best.push_back(ranked[i].second);
  return one_of(best);
}

}  // namespace dwell::world
