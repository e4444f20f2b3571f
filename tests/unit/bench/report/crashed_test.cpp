// Rows of those that crashed.

#include <catch2/catch.hpp>
#include <sstream>

#include "bench/report/leaderboard.hpp"
#include "tests/unit/bench/report/sample.hpp"

using dwell::test::sample_study;
using namespace dwell::report;

namespace {

std::vector<std::string> lines_of(const std::string& page) {
  std::vector<std::string> lines;
  std::istringstream in(page);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// The words of ewma's row in the table below `title`.
std::string row_of(const std::string& page, const std::string& title) {
  const std::size_t at = page.find("ewma", page.find(title));
  std::istringstream words(page.substr(at, page.find('\n', at) - at));
  std::string out;
  for (std::string word; words >> word;) out += word + " ";
  return out;
}

}  // namespace

TEST_CASE("who crashed in every run has no figures, and who crashed in some is said to") {
  auto study = sample_study();
  for (auto& s : study.summary) {
    if (s.detector == "ewma") s.mark = dwell::run::Mark::crashed;
  }
  CHECK(row_of(leaderboard(study, {}), "Time to detect").find("crashed") == std::string::npos);
  CHECK(row_of(leaderboard(study, {}), "What it spares").find("- - - - - -") == std::string::npos);
  for (auto& row : study.rows) row.mark = dwell::run::Mark::crashed;
  const std::string page = leaderboard(study, {});
  CHECK(row_of(page, "Time to detect") == "ewma T0 crashed - x - x - x - ");
  CHECK(row_of(page, "What it spares").starts_with("ewma - - - - - - "));
  INFO(page);
  CHECK(page.find("147 d") != std::string::npos);  // of those that noticed nothing
  for (const std::string& line : lines_of(page)) CHECK(display_width(line) <= 80);
}
