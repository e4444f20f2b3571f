// The line that says how far the work is: how often, for whom, with which words.

#include "bench/cli/progress.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using dwell::cli::progress_text;
using dwell::cli::ProgressLine;
using dwell::cli::time_to_go;

namespace {

/// What a line prints when it is shown at each of these seconds.
std::vector<std::string> printed(bool quiet, bool terminal, const std::vector<double>& seconds) {
  std::vector<std::string> out;
  {
    ProgressLine line(quiet, terminal, [&](std::string_view text) { out.emplace_back(text); });
    for (const double s : seconds) {
      line.show(s, [&] { return "at " + std::to_string(static_cast<int>(10 * s)); });
    }
  }
  return out;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("on a terminal one line is rewritten five times a second, and wiped off at the end") {
  CHECK(printed(false, true, {0, 0.1, 0.3, 0.4, 0.6}) ==
        Texts{"\rat 0\x1b[K", "\rat 3\x1b[K", "\rat 6\x1b[K", "\r\x1b[K"});
  CHECK(printed(false, true, {}).empty());
}

TEST_CASE("elsewhere a line a minute is printed, none before the first") {
  CHECK(printed(false, false, {0, 1, 59.9}).empty());
  CHECK(printed(false, false, {0, 30, 60, 61, 119, 120.5, 179, 185}) == Texts{"at 600\n", "at 1205\n", "at 1850\n"});
}

TEST_CASE("nothing is printed, or even worded, when quiet") {
  CHECK(printed(true, true, {0, 1, 100}).empty());
  CHECK(printed(true, false, {0, 61, 200}).empty());
  ProgressLine line(true, true, [](std::string_view) { FAIL("printed"); });
  line.show(1, []() -> std::string {
    FAIL("worded");
    return "";
  });
}

TEST_CASE("a line of progress keeps to a terminal's width") {
  std::vector<std::string> out;
  ProgressLine line(false, false, [&](std::string_view text) { out.emplace_back(text); });
  line.show(0, [] { return ""; });
  line.show(60, [] { return std::string(200, 'x'); });
  REQUIRE(out.size() == 1);
  const auto columns = std::count_if(out[0].begin(), out[0].end(), [](char c) { return (c & 0xC0) != 0x80; });
  CHECK(columns == 80);  // the end of the line included
}

TEST_CASE("progress names rate, simulated date, percent and time to go") {
  CHECK(progress_text("phold", 0.25, 30'000'000, "time 25 of 100", 10) ==
        "phold: 25 %, 3 M events/s, time 25 of 100, 30 s to go");
  CHECK(progress_text("phold", 0, 0, "time 0 of 100", 0) == "phold: 0 %, starting, time 0 of 100");
  dwell::run::Progress study{.phase = "scoring", .runs = 16, .date = {}};
  study.runs_done = 11;
  study.done = 0.74;
  study.events = 82'000'000;
  study.elapsed_s = 10;
  const std::string text = progress_text(study);
  INFO(text);
  CHECK(text.starts_with("scoring, run 12 of 16: 74 %, 8.2 M events/s, "));
  CHECK(text.ends_with(dwell::world::to_string(study.date) + ", 4 s to go"));
}

TEST_CASE("the time to go is an estimate from what is done, in words, and not a guess") {
  CHECK(time_to_go(0.01, 100).empty());
  CHECK(time_to_go(0.5, 0.9).empty());
  CHECK(time_to_go(0.5, 89) == ", 89 s to go");
  CHECK(time_to_go(0.5, 600) == ", 10 min 00 s to go");
  CHECK(time_to_go(0.1, 3600) == ", 9 h 00 min to go");
  CHECK(time_to_go(1, 10) == ", 0 s to go");
}
