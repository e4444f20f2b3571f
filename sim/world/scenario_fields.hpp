#pragma once
// What reading, writing and the JSON Schema of scenarios share: which kinds of members there are, which keys must be
// given, and how limits are put into words.

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "sim/core/fields.hpp"
#include "sim/core/time.hpp"
#include "sim/world/calendar_year.hpp"
#include "sim/world/enum_names.hpp"
#include "sim/world/scenario.hpp"

namespace dwell::world {

inline constexpr std::string_view kSchemaName = "dwell.scenario/1";

/// Collects the keys a described struct accepts.
struct KeyCollector {
  std::vector<std::string_view> names;
  template <class T>
  void operator()(const T&, const Field& field) {
    names.push_back(field.name);
  }
};

template <class T>
concept Described = requires(T& object, KeyCollector& visit) {
  T::describe(object, visit);
};

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};

template <class T>
struct IsNumberArray : std::false_type {};
template <std::size_t N>
struct IsNumberArray<std::array<double, N>> : std::true_type {};

/// Keys that have no sensible default.
template <class T>
inline constexpr std::array<std::string_view, 0> kRequiredKeys{};
template <>
inline constexpr std::array<std::string_view, 4> kRequiredKeys<Scenario>{"schema", "name", "baselines", "networks"};
template <>
inline constexpr std::array<std::string_view, 3> kRequiredKeys<Baseline>{"name", "start", "days"};
template <>
inline constexpr std::array<std::string_view, 2> kRequiredKeys<Milestone>{"day", "what"};
template <>
inline constexpr std::array<std::string_view, 2> kRequiredKeys<protocol::NetworkSpec>{"name", "kind"};
template <>
inline constexpr std::array<std::string_view, 2> kRequiredKeys<protocol::Reach>{"key", "segments"};
template <>
inline constexpr std::array<std::string_view, 3> kRequiredKeys<protocol::PageData>{"page", "segment", "fields"};
template <>
inline constexpr std::array<std::string_view, 4> kRequiredKeys<protocol::DeskView>{"key", "page", "segment", "fields"};
template <>
inline constexpr std::array<std::string_view, 2> kRequiredKeys<commerce::DatedFactor>{"first", "last"};
template <>
inline constexpr std::array<std::string_view, 2> kRequiredKeys<commerce::Outage>{"day", "from"};
template <>
inline constexpr std::array<std::string_view, 2> kRequiredKeys<background::Mailing>{"first", "last"};
template <>
inline constexpr std::array<std::string_view, 2> kRequiredKeys<background::ComplaintSurge>{"first", "last"};
template <>
inline constexpr std::array<std::string_view, 3> kRequiredKeys<background::LogGap>{"topic", "first", "last"};
template <>
inline constexpr std::array<std::string_view, 2> kRequiredKeys<campaign::Phase>{"name", "pages"};
template <>
inline constexpr std::array<std::string_view, 2> kRequiredKeys<campaign::PageShare>{"page", "views"};

template <>
inline constexpr std::array<std::string_view, 6> kRequiredKeys<CalendarYear>{"schema", "name",   "country",
                                                                             "year",   "source", "holidays"};
template <>
inline constexpr std::array<std::string_view, 2> kRequiredKeys<Holiday>{"day", "name"};
template <>
inline constexpr std::array<std::string_view, 3> kRequiredKeys<NamedFactor>{"first", "last", "name"};
template <>
inline constexpr std::array<std::string_view, 3> kRequiredKeys<NamedOutage>{"day", "from", "name"};

/// A number as people write it: up to six digits, no trailing zeros.
std::string plain_number(double value);
/// "a probability, 0 to 1", "a number, 0 to 10 (factor)".
std::string number_accepted(const Field& field, bool whole);
/// "a duration, 1 min to 1 d, such as \"36 h\"".
std::string duration_accepted(const Field& field);
/// "1 to 16 elements".
std::string count_accepted(double least, double most, std::string_view of_what);
/// "\"a\", \"b\" or \"c\"", with another last word where wanted.
std::string one_of(std::span<const std::string_view> names, std::string_view last_word = "or");
/// The up to three names closest to `key` by edit distance.
std::string nearest(std::string_view key, std::span<const std::string_view> names);

}  // namespace dwell::world
