#include "sim/world/calendar_year.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <optional>
#include <system_error>

#include "sim/world/file_text.hpp"
#include "sim/world/scenario_check.hpp"
#include "sim/world/scenario_document.hpp"
#include "sim/world/scenario_reader.hpp"

namespace dwell::world {
namespace {

namespace fs = std::filesystem;

constexpr const char* kYears = "/platform/calendar/years";
constexpr std::size_t kMostYears = 64;

std::uint32_t year_of(Date date) {
  const std::chrono::year_month_day civil{std::chrono::sys_days(std::chrono::days(date.days))};
  return static_cast<std::uint32_t>(static_cast<int>(civil.year()));
}

using Finding = std::optional<Contradiction>;

Finding check_year(Date date, std::uint32_t year, const std::string& pointer) {
  if (year_of(date) == year) return std::nullopt;
  return Contradiction{pointer, "found " + to_string(date), "a day of " + std::to_string(year)};
}

Finding check_holidays(const CalendarYear& calendar) {
  for (std::size_t i = 0; i < calendar.holidays.size(); ++i) {
    const std::string pointer = "/holidays/" + std::to_string(i) + "/day";
    const Date day = calendar.holidays[i].day;
    if (auto bad = check_year(day, calendar.year, pointer)) return bad;
    if (i > 0 && day <= calendar.holidays[i - 1].day) {
      return Contradiction{pointer, to_string(day) + " after " + to_string(calendar.holidays[i - 1].day),
                           "holidays in order of date, every day once"};
    }
  }
  return std::nullopt;
}

Finding check_factors(const std::vector<NamedFactor>& factors, std::uint32_t year, const std::string& list) {
  for (std::size_t i = 0; i < factors.size(); ++i) {
    const std::string pointer = list + '/' + std::to_string(i);
    if (auto bad = check_year(factors[i].first, year, pointer + "/first")) return bad;
    if (auto bad = check_year(factors[i].last, year, pointer + "/last")) return bad;
    if (factors[i].last >= factors[i].first) continue;
    return Contradiction{pointer + "/last", "the end " + to_string(factors[i].last) + " is before the start",
                         to_string(factors[i].first) + " or later"};
  }
  return std::nullopt;
}

Finding check_calendar(const CalendarYear& calendar, const std::string& stem) {
  if (calendar.schema != kCalendarSchemaName)
    return Contradiction{"/schema", "found " + quoted_text(calendar.schema), quoted_text(kCalendarSchemaName)};
  if (calendar.name != stem)
    return Contradiction{"/name", "found " + quoted_text(calendar.name), "the name of the file, " + quoted_text(stem)};
  const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (!std::all_of(calendar.country.begin(), calendar.country.end(), capital)) {
    return Contradiction{"/country", "found " + quoted_text(calendar.country),
                         "a country code of two capital letters (ISO 3166), such as \"KR\""};
  }
  if (auto bad = check_holidays(calendar)) return bad;
  if (auto bad = check_factors(calendar.promotions, calendar.year, "/promotions")) return bad;
  if (auto bad = check_factors(calendar.surges, calendar.year, "/surges")) return bad;
  for (std::size_t i = 0; i < calendar.outages.size(); ++i) {
    const std::string pointer = "/outages/" + std::to_string(i) + "/day";
    if (auto bad = check_year(calendar.outages[i].day, calendar.year, pointer)) return bad;
  }
  return std::nullopt;
}

/// The member under a key, to be changed; nullptr when there is none.
JsonNode* member(JsonNode* node, std::string_view key) {
  if (node == nullptr || node->kind != JsonKind::object) return nullptr;
  const auto at = std::find(node->keys.begin(), node->keys.end(), key);
  return at == node->keys.end() ? nullptr : &node->items[static_cast<std::size_t>(at - node->keys.begin())];
}

JsonNode remove_member(JsonNode& object, std::string_view key) {
  const auto i = std::find(object.keys.begin(), object.keys.end(), key) - object.keys.begin();
  JsonNode taken = std::move(object.items[static_cast<std::size_t>(i)]);
  object.keys.erase(object.keys.begin() + i);
  object.keys_at.erase(object.keys_at.begin() + i);
  object.items.erase(object.items.begin() + i);
  return taken;
}

/// The file of a calendar, or nothing.
std::optional<std::string> find_calendar(const std::string& name, std::span<const std::string> folders) {
  std::error_code ignored;
  for (const std::string& folder : folders) {
    const fs::path path = fs::path(folder) / (name + ".json");
    if (fs::exists(path, ignored)) return path.string();
  }
  return std::nullopt;
}

Error missing(const JsonNode& node, const std::string& pointer, const std::string& file,
              std::span<const std::string> folders) {
  const std::vector<std::string> names = calendar_names(folders);
  const std::vector<std::string_view> views(names.begin(), names.end());
  std::string accepted = views.empty() ? "dates in place" : one_of(views);
  for (std::size_t i = 0; i < folders.size(); ++i) accepted += (i == 0 ? "; calendars lie in " : ", ") + folders[i];
  return Error{file, place_of(pointer, node.at), "there is no calendar " + quoted_text(node.text), accepted};
}

bool earlier_first(const commerce::DatedFactor& a, const commerce::DatedFactor& b) { return a.first < b.first; }

}  // namespace

Result<CalendarYear> parse_calendar(std::string_view text, const std::string& file) {
  const Result<JsonNode> document = parse_document(text, file);
  if (!document) return document.error();
  CalendarYear calendar;
  TreeReader reader(file);
  reader.read_struct(calendar, document.value(), "");
  if (reader.error()) return *reader.error();
  if (const Finding bad = check_calendar(calendar, fs::path(file).stem().string())) {
    return Error{file, place_of(bad->pointer, locate(document.value(), bad->pointer)), bad->found, bad->accepted};
  }
  return calendar;
}

Result<CalendarYear> read_calendar(const std::string& path) {
  const Result<std::string> text = read_text_file(path);
  if (!text) return text.error();
  return parse_calendar(text.value(), path);
}

std::vector<std::string> calendar_names(std::span<const std::string> folders) {
  std::vector<std::string> names;
  for (const std::string& folder : folders) {
    std::error_code problem;
    for (fs::directory_iterator at(folder, problem), end; !problem && at != end; at.increment(problem)) {
      const std::string stem = at->path().stem().string();
      if (at->path().extension() == ".json" && !stem.ends_with(".schema")) names.push_back(stem);
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

Result<std::vector<CalendarYear>> take_calendars(JsonNode& root, const std::string& file,
                                                 std::span<const std::string> folders) {
  std::vector<CalendarYear> years;
  JsonNode* calendar = member(member(&root, "platform"), "calendar");
  if (member(calendar, "years") == nullptr) return years;
  const JsonNode list = remove_member(*calendar, "years");
  if (list.kind != JsonKind::array || list.items.size() > kMostYears) {
    return Error{file, place_of(kYears, list.at), "found " + list.summary(),
                 "an array of " + count_accepted(0, kMostYears, "names of calendars")};
  }
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const JsonNode& item = list.items[i];
    const std::string pointer = std::string(kYears) + '/' + std::to_string(i);
    if (item.kind != JsonKind::text || !is_plain_name(item.text)) {
      return Error{file, place_of(pointer, item.at), "found " + item.summary(),
                   "the name of a calendar: " + std::string(kPlainName)};
    }
    const auto path = find_calendar(item.text, folders);
    if (!path) return missing(item, pointer, file, folders);
    const auto same = [&](const CalendarYear& year) { return year.name == item.text; };
    if (std::any_of(years.begin(), years.end(), same)) {
      return Error{file, place_of(pointer, item.at), "a second " + quoted_text(item.text), "every calendar once"};
    }
    Result<CalendarYear> read = read_calendar(*path);
    if (!read) return read.error();
    years.push_back(std::move(read).value());
  }
  return years;
}

void add_calendars(std::span<const CalendarYear> years, commerce::CalendarParams& calendar) {
  if (years.empty()) return;
  for (const CalendarYear& year : years) {
    for (const Holiday& holiday : year.holidays) calendar.holidays.push_back(holiday.day);
    std::copy(year.promotions.begin(), year.promotions.end(), std::back_inserter(calendar.promotions));
    std::copy(year.surges.begin(), year.surges.end(), std::back_inserter(calendar.surges));
    std::copy(year.outages.begin(), year.outages.end(), std::back_inserter(calendar.outages));
  }
  std::vector<Date>& holidays = calendar.holidays;
  std::sort(holidays.begin(), holidays.end());
  holidays.erase(std::unique(holidays.begin(), holidays.end()), holidays.end());
  std::stable_sort(calendar.promotions.begin(), calendar.promotions.end(), earlier_first);
  std::stable_sort(calendar.surges.begin(), calendar.surges.end(), earlier_first);
  std::stable_sort(calendar.outages.begin(), calendar.outages.end(),
                   [](const auto& a, const auto& b) { return a.day < b.day || (a.day == b.day && a.from < b.from); });
}

}  // namespace dwell::world
