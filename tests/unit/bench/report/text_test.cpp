#include <catch2/catch.hpp>
#include <sstream>

#include "bench/report/table.hpp"
#include "bench/report/text.hpp"

using namespace dwell::report;

TEST_CASE("widths are those of a terminal") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("é–…") == 3);
  CHECK(display_width("쿠팡") == 4);
  CHECK(display_width("e\xCC\x81") == 1);
  CHECK(display_width("\xFF\xC3") == 2);
  CHECK(fit("쿠팡쿠팡", 5) == "쿠팡…");
  CHECK(fit("abc", 3) == "abc");
  CHECK(fit("abcd", 3) == "ab…");
  CHECK(fit_middle("abcdefghij", 10) == "abcdefghij");
  CHECK(fit_middle("abcdefghij", 7) == "ab…ghij");
  CHECK(fit_middle("쿠팡쿠팡쿠팡", 8) == "쿠…쿠팡");
  CHECK(fit_middle("abcd", 1) == "…");
  CHECK(pad("é", 3, true) == "  é");
  CHECK(pad("é", 3, false) == "é  ");
}

TEST_CASE("times take the unit that fits") {
  const double minute = 1.0 / 1440;
  CHECK(short_time(0) == "0 min");
  CHECK(short_time(minute / 2) == "30 s");
  CHECK(short_time(minute) == "1 min");
  CHECK(short_time(12 * minute) == "12 min");
  CHECK(short_time(99.4 * minute) == "99 min");
  CHECK(short_time(100 * minute) == "1.7 h");
  CHECK(short_time(1) == "24 h");
  CHECK(short_time(1.99) == "2 d");
  CHECK(short_time(3.25) == "3.2 d");
  CHECK(short_time(147) == "147 d");
  CHECK(long_time(147) == "147 days");
  CHECK(long_time(minute) == "1 minute");
  for (double days = 1e-6; days < 1e4; days *= 1.07) CHECK(short_time(days).size() <= 7);
}

TEST_CASE("counts, bytes, shares and rates") {
  CHECK(short_count(0) == "0");
  CHECK(short_count(999) == "999");
  CHECK(short_count(999.6) == "1 k");
  CHECK(short_count(33'700'000) == "33.7 M");
  CHECK(short_bytes(4096) == "4.1 kB");
  CHECK(percent(1) == "100 %");
  CHECK(percent(0.99999) == "99.9 %");
  CHECK(percent(0.998) == "99.8 %");
  CHECK(percent(0.0001) == "<0.1 %");
  CHECK(percent(0) == "0 %");
  CHECK(percent(-1) == "0 %");
  CHECK(short_rate(0.033) == "0.033");
  CHECK(short_rate(0.14) == "0.14");
  CHECK(short_rate(1.02) == "1.02");
  CHECK(short_rate(86400) == "86400");
}

TEST_CASE("words wrap under each other") {
  CHECK(wrap("one two three", 9, 2) == "one two\n  three");
  CHECK(wrap("incomprehensibilities", 5, 0) == "incomprehensibilities");
  CHECK(wrap("  a   b ", 80, 0) == "a b");
}

TEST_CASE("a table never leaves the page") {
  Table table({{"name", false}, {"first\nnumber"}, {"x"}});
  table.section("A section");
  table.row({"a name far longer than anybody would type", "12345678", "쿠"});
  table.row({"b", "1"});
  for (const std::size_t width : {30U, 40U, 80U}) {
    std::istringstream lines(table.render({width, false}));
    for (std::string line; std::getline(lines, line);) CHECK(display_width(line) <= width);
  }
  const std::string text = table.render({30, false});
  CHECK(text.find("…") != std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(table.render({30, true}).find("\x1b[1m") != std::string::npos);
}
