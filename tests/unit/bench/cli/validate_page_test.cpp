// The page of `validate`: columns that stay apart, hours on the clock, a fit that can be read.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "bench/cli/validate_page.hpp"
#include "bench/validate/catalogue.hpp"

using namespace dwell;
using namespace dwell::cli;

namespace {

Validation filled(const validate::Estimate& value) {
  Validation out;
  out.title = "a log";
  out.statistics = validate::catalogue();
  for (validate::Statistic& statistic : out.statistics) {
    for (validate::Part& part : statistic.parts) part.value = value;
  }
  return out;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) out.push_back(line);
  return out;
}

std::string line_with(const std::string& page, const std::string& words) {
  for (const std::string& line : lines_of(page)) {
    if (line.find(words) != std::string::npos) return line;
  }
  return "";
}

}  // namespace

TEST_CASE("the table of validate holds its columns, the unit beside the value", "[cli]") {
  // The widest figures there are.
  const std::string page = validation_page(filled({.000223, .000111, .000334}), report::Style{});
  const std::string head = line_with(page, "95 % interval");
  for (const std::string& line : lines_of(page)) {
    INFO(line);
    CHECK(line.size() <= 80);
    if (line.find("0.00022") == std::string::npos) continue;
    for (const char* title : {"value", "95 % interval", "accepted"}) {
      const std::size_t end = head.find(title) + std::string(title).size();
      CHECK(line.at(end - 1) != ' ');
      CHECK((end == line.size() || line.substr(end, 2) == "  "));
    }
  }
  CHECK(line_with(page, "density's exponent").find("  0.00022  ") != std::string::npos);
  CHECK(line_with(validation_page(filled({.385, .37, .4}), {}), "SKT").find("  38.5 %  ") != std::string::npos);
  CHECK(line_with(validation_page(filled({33.1, 32, 34}), {}), "   median").find("  33.1 s  ") == std::string::npos);
  CHECK(validation_page(filled({33.1, 32, 34}), {}).find("  33.1 s  ") != std::string::npos);
}

TEST_CASE("the page of validate says where a value has no interval, and marks what is off", "[cli]") {
  Validation seen = filled({2, 1, 5});
  validate::Part& part = seen.statistics[0].parts[0];
  CHECK(line_with(validation_page(seen, {}), "median").starts_with("off?  median"));
  part.no_interval = "too few days";
  CHECK(line_with(validation_page(seen, {}), "median").starts_with("off   median"));
  CHECK(line_with(validation_page(seen, {}), "median").find("  too few days  ") != std::string::npos);
  CHECK(validation_page(seen, {}).find("no error of the log") == std::string::npos);
  seen.log = true;
  CHECK(validation_page(seen, {}).find("no error of the log") != std::string::npos);
}

TEST_CASE("hours of an interval are on the clock, on the page and in the JSON", "[cli]") {
  Validation seen = filled({23, 21, 26});
  validate::Observed nothing;
  seen.observed = &nothing;
  CHECK(validation_page(seen, {}).find("  21 to 2  ") != std::string::npos);
  const auto hours = validation_json(seen, {}).at("statistics")[11];
  CHECK(hours.at("parts")[2].at("high") == 2);
  CHECK(hours.at("parts")[0].at("high") == 26);
}

TEST_CASE("the fit of validate is four digits, lists on few lines, and says where it goes", "[cli]") {
  Validation seen = filled({2, 1, 5});
  seen.fit.emplace();
  seen.fit->hour.emplace().fill(1.0650016724272495);
  seen.fit->weekday_visits.emplace().fill(.95);
  seen.fit->think_mu = 3.501902607421875;
  const std::string page = validation_page(seen, report::Style{});
  const std::string json = page.substr(page.find("\n{") + 1);
  const auto fragment = nlohmann::json::parse(json);
  CHECK(fragment.at("platform").at("calendar").at("hour").size() == 24);
  CHECK(fragment.at("platform").at("calendar").at("hour")[23] == 1.065);
  CHECK(fragment.at("platform").at("sessions").at("think_mu") == 3.502);
  CHECK(lines_of(json).size() < 15);
  CHECK(line_with(page, "weekday_visits").ends_with("0.95]"));
  CHECK(page.find("dwell run ./my.json") != std::string::npos);
  for (const std::string& line : lines_of(page)) CHECK(line.size() <= 80);
}
