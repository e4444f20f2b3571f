#include "bench/cli/validate_options.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "bench/csv/wall_time.hpp"
#include "bench/validate/words.hpp"
#include "sim/world/scenario.hpp"

namespace dwell::cli {
namespace {

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

/// "key=value"; an empty key when it is none.
std::pair<std::string, std::string> key_value(const std::string& text) {
  const std::size_t at = text.find('=');
  if (at == std::string::npos || at + 1 == text.size()) return {};
  return {text.substr(0, at), text.substr(at + 1)};
}

Status read_columns(const Values& values, validate::LogOptions& out) {
  if (values.count("columns") == 0) return success();
  std::vector<std::string> roles(validate::kRoleNames.begin(), validate::kRoleNames.end());
  for (const std::string& word : split(values["columns"].as<std::string>())) {
    const auto [key, name] = key_value(word);
    const auto role = std::find(roles.begin(), roles.end(), key);
    if (role == roles.end())
      return flag_error("columns", word, "such as user=visitorid,time=timestamp; " + accepted_names(key, roles));
    std::string& column = out.columns[static_cast<std::size_t>(role - roles.begin())];
    if (!column.empty()) return flag_error("columns", word, fmt::format("one column for {}", key));
    column = name;
  }
  return success();
}

Status read_events(const Values& values, validate::LogOptions& out) {
  if (values.count("events") == 0) return success();
  for (const std::string& word : split(values["events"].as<std::string>())) {
    const auto [key, name] = key_value(word);
    if (key != "cart" && key != "buy")
      return flag_error("events", word, "such as cart=addtocart,buy=transaction,buy=paid");
    const auto& others = key == "cart" ? out.buy_words : out.cart_words;
    if (std::any_of(others.begin(), others.end(), [&](const auto& other) { return validate::same_word(other, name); }))
      return flag_error("events", word,
                        fmt::format("each word for cart or for buy, in any case; it is there for {} already",
                                    key == "cart" ? "buy" : "cart"));
    (key == "cart" ? out.cart_words : out.buy_words).push_back(name);
  }
  return success();
}

Status read_dates(const Values& values, const std::string& flag, std::vector<std::int64_t>& out) {
  if (values.count(flag) == 0) return success();
  constexpr std::int32_t kMostDays = 366;
  for (const std::string& word : split(values[flag].as<std::string>())) {
    const std::size_t dots = word.find("..");
    const Result<Date> first = world::parse_date(word.substr(0, dots));
    const Result<Date> last = dots == std::string::npos ? first : world::parse_date(word.substr(dots + 2));
    if (!first || !last || last.value() < first.value() || last.value().days - first.value().days > kMostDays)
      return flag_error(flag, word, "days and spans of days, such as 2025-10-05..2025-10-08,2025-12-25");
    for (std::int32_t day = first.value().days; day <= last.value().days; ++day) out.push_back(day);
  }
  return success();
}

Status read_from(const Values& values, std::string& out) {
  if (const Status status = read_text(values, "from", out); !status || out.empty()) return status;
  const Result<Date> day = world::parse_date(out);
  return day ? success() : Status(flag_error("from", out, "a day such as 2025-10-01"));
}

Status read_zone(const Values& values, validate::LogOptions& out) {
  if (values.count("zone") == 0) return success();
  const std::string& text = values["zone"].as<std::string>();
  const Result<std::int64_t> zone = csv::parse_zone(text);
  if (!zone) return flag_error("zone", text, zone.error().accepted);
  out.zone_us = zone.value();
  return success();
}

/// Before anything is simulated: what is drawn is SVG.
Status read_plot(const Values& values, std::string& out) {
  if (const Status status = read_text(values, "plot", out); !status) return status;
  if (out == "-") return flag_error("plot", out, "the name of a file");
  const std::size_t dot = out.rfind('.'), folder = out.rfind('/');
  if (dot == std::string::npos || (folder != std::string::npos && dot < folder)) return success();
  const std::string ending = out.substr(dot);
  if (ending == ".svg") return success();
  return flag_error("plot", out, "a name that ends in .svg, or has no ending: the drawing is SVG");
}

Status refuse_others(const Values& values, const std::string& subject, bool full_year) {
  if (subject.empty()) {
    for (const std::string& name : validate_option_names()) {
      if (values.count(name) != 0)
        return flag_error(name, values[name].as<std::string>(), "it with a log: dwell validate FILE.csv");
    }
    for (const char* name : {"from", "days"}) {
      if (full_year && values.count(name) != 0)
        return flag_error(name, values[name].as<std::string>(),
                          "it without --full-year, which is all 365 days of 2025");
    }
    return success();
  }
  for (const char* name : {"scenario", "scale", "from", "days", "seed", "threads"}) {
    if (values.count(name) != 0)
      return flag_error(name, values[name].as<std::string>(), "it without a file: it says what is simulated");
  }
  if (full_year) return Error{"", "--full-year", "found a file beside it", "it without a file"};
  return success();
}

}  // namespace

Status read_validate(const Values& values, const std::string& subject, ValidateArguments& out) {
  out.full_year = values["full-year"].as<bool>();
  out.fit = values["fit"].as<bool>();
  out.holidays_given = values.count("holidays") != 0;
  if (values.count("zone") != 0) out.zone = values["zone"].as<std::string>();
  for (const Status& status : {
           refuse_others(values, subject, out.full_year),
           read_plot(values, out.plot),
           read_text(values, "scenario", out.scenario),
           read_from(values, out.from),
           read_columns(values, out.log),
           read_events(values, out.log),
           read_zone(values, out.log),
           read_dates(values, "holidays", out.log.holidays),
           read_dates(values, "promotions", out.log.promotions),
       }) {
    if (!status) return status.error();
  }
  return success();
}

}  // namespace dwell::cli
