#pragma once
// The dated events of one year in one country, as data that scenarios name: public holidays, promotions, surges and
// outages, each with who says so. Files lie in scenarios/calendars.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/commerce/params.hpp"
#include "sim/core/fields.hpp"
#include "sim/core/result.hpp"

namespace dwell::world {

struct JsonNode;

inline constexpr std::string_view kCalendarSchemaName = "dwell.calendar/1";

/// A public holiday.
struct Holiday {
  Date day;
  std::string name;
  bool substitute = false;  ///< instead of a holiday that fell on a day off
  std::string source;       ///< empty: that of the file

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.day, {"day", "date", 0, 0, Tag::published, "date"});
    visit(self.name, {"name", "", 1, 100, Tag::published, "what is celebrated, or for what it stands in"});
    visit(self.substitute, {"substitute", "", 0, 0, Tag::published, "instead of a holiday that fell on a day off"});
    visit(self.source, {"source", "", 0, 400, Tag::published, "who says so; that of the file when left out"});
  }
};

/// A run of days with another level of traffic, and who says so.
struct NamedFactor : commerce::DatedFactor {
  std::string name;
  std::string source;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    commerce::DatedFactor::describe(self, visit);
    visit(self.name, {"name", "", 1, 100, Tag::setting, "what it is"});
    visit(self.source, {"source", "", 0, 400, Tag::setting, "who says so; that of the file when left out"});
  }
};

/// An outage, and who says so.
struct NamedOutage : commerce::Outage {
  std::string name;
  std::string source;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    commerce::Outage::describe(self, visit);
    visit(self.name, {"name", "", 1, 100, Tag::setting, "what it is"});
    visit(self.source, {"source", "", 0, 400, Tag::setting, "who says so; that of the file when left out"});
  }
};

struct CalendarYear {
  std::string schema = std::string(kCalendarSchemaName);
  std::string name;
  std::string title;
  std::string country;
  std::uint32_t year = 0;
  std::string source;
  std::vector<Holiday> holidays;
  std::vector<NamedFactor> promotions;
  std::vector<NamedFactor> surges;
  std::vector<NamedOutage> outages;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.schema, {"schema", "", 1, 64, Tag::setting, "dwell.calendar/1"});
    visit(self.name, {"name", "", 1, 64, Tag::setting, "name of the calendar: that of its file"});
    visit(self.title, {"title", "", 0, 200, Tag::setting, "one line"});
    visit(self.country, {"country", "", 2, 2, Tag::setting, "where: ISO 3166, two capital letters"});
    visit(self.year, {"year", "", 1970, 2199, Tag::setting, "the year of every date"});
    visit(self.source, {"source", "", 1, 400, Tag::published, "who says so, where an entry names nobody"});
    visit(self.holidays, {"holidays", "", 0, 366, Tag::published, "public holidays, in order"});
    visit(self.promotions, {"promotions", "", 0, 366, Tag::assumption, "promotions"});
    visit(self.surges, {"surges", "", 0, 366, Tag::published, "benign surges"});
    visit(self.outages, {"outages", "", 0, 366, Tag::assumption, "outages"});
  }
};

/// Reads and validates one calendar: single values, dates within its year, holidays once and in order, the name of the
/// file. The error names file, JSON pointer with line and column, what was found and what is accepted.
Result<CalendarYear> read_calendar(const std::string& path);
/// The same from text; `file` is used in messages, and its stem must be the calendar's name.
Result<CalendarYear> parse_calendar(std::string_view text, const std::string& file);

/// Names of the calendars in these folders, sorted, each once.
std::vector<std::string> calendar_names(std::span<const std::string> folders);

/// Takes `platform.calendar.years` out of a scenario's tree and reads the calendars it names, each from the first of
/// the folders that holds it; none when the scenario names none. Errors: a list that is none, a name given twice, a
/// calendar that is missing (in the scenario's place) or broken (in the calendar's).
Result<std::vector<CalendarYear>> take_calendars(JsonNode& root, const std::string& file,
                                                 std::span<const std::string> folders);

/// Adds the dates of calendars to those given in place, in order of time. A holiday given twice is one.
void add_calendars(std::span<const CalendarYear> years, commerce::CalendarParams& calendar);

}  // namespace dwell::world
