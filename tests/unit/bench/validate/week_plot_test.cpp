// The drawing of a week: sound XML, the right days, both curves where they belong.
#include <catch2/catch.hpp>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

#include "bench/validate/svg.hpp"
#include "bench/validate/week_plot.hpp"

using namespace dwell;
using namespace dwell::validate;

namespace {

constexpr std::int64_t kMonday = 20'000 - (20'000 + 3) % 7;

/// Days of as many events in every five minutes as the published curve says, times `level`.
Observed days_of(std::size_t count, std::int64_t first_day, double level = 1000) {
  Observed seen;
  seen.first_day = first_day;
  seen.days.resize(count);
  for (Day& day : seen.days) {
    for (std::size_t bin = 0; bin < Day::kBins; ++bin)
      day.bins[bin] = static_cast<std::uint32_t>(level * kPublishedHours[bin / 12]);
  }
  for (std::size_t h = 0; h < 24; ++h) seen.by_day[0].hours[h] = level * kPublishedHours[h];
  return seen;
}

/// What is wrong with an XML text of elements, attributes and words; empty: nothing.
std::string fault_of(const std::string& xml) {
  std::vector<std::string> open;
  for (std::size_t at = 0; at < xml.size();) {
    if (xml[at] == '&') {
      const std::size_t end = xml.find(';', at);
      const std::string name = end == std::string::npos ? "" : xml.substr(at + 1, end - at - 1);
      if (name != "amp" && name != "lt" && name != "gt" && name != "quot") return "a bare &";
      at = end + 1;
    } else if (xml[at] == '<') {
      const std::size_t end = xml.find('>', at);
      if (end == std::string::npos) return "a tag without end";
      const std::string tag = xml.substr(at + 1, end - at - 1);
      if (tag.find('<') != std::string::npos) return "a < in a tag: " + tag;
      if (std::count(tag.begin(), tag.end(), '"') % 2 != 0) return "quotes that do not pair: " + tag;
      if (tag.front() == '/') {
        if (open.empty() || open.back() != tag.substr(1)) return "closes what is not open: " + tag;
        open.pop_back();
      } else if (tag.front() != '?' && tag.back() != '/') {
        open.push_back(tag.substr(0, tag.find(' ')));
      }
      at = end + 1;
    } else {
      if (static_cast<unsigned char>(xml[at]) < 0x20 && xml[at] != '\n') return "a control character";
      if (xml[at] == '>') return "a bare >";
      ++at;
    }
  }
  return open.empty() ? "" : "left open: " + open.back();
}

/// Points of the line with this id.
std::vector<Point> line_of(const std::string& svg, const std::string& id) {
  const std::size_t line = svg.find("<polyline id=\"" + id + "\"");
  REQUIRE(line != std::string::npos);
  const std::size_t begin = svg.find("points=\"", line) + 8;
  std::istringstream text(svg.substr(begin, svg.find('"', begin) - begin));
  std::vector<Point> points;
  char comma = 0;
  for (Point p{}; text >> p.x >> comma >> p.y;) points.push_back(p);
  return points;
}

}  // namespace

TEST_CASE("the published curve has mean one", "[plot]") {
  CHECK(std::accumulate(kPublishedHours.begin(), kPublishedHours.end(), 0.0) == Approx(24).epsilon(0.002));
}

TEST_CASE("the drawing is well-formed and holds both curves, twice", "[plot]") {
  const auto drawn = week_plot(days_of(7, kMonday), "A & B <c> \"d\" \x01\xFF 서울");
  REQUIRE(drawn.ok());
  const std::string& svg = drawn.value();
  CHECK(fault_of(svg).empty());
  CHECK(svg.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\""));
  CHECK(svg.find("A &amp; B &lt;c&gt; &quot;d&quot;  서울") != std::string::npos);
  CHECK(svg.find("<script") == std::string::npos);
  CHECK(svg.find("href") == std::string::npos);
  CHECK(svg.find("Mon ") != std::string::npos);
  const std::vector<Point> seen = line_of(svg, "week-observed"), published = line_of(svg, "week-published");
  REQUIRE(seen.size() == 7 * 24);
  REQUIRE(published.size() == seen.size());
  // Traffic that follows the curve lies on it.
  for (std::size_t h = 0; h < seen.size(); ++h) {
    CHECK(seen[h].x == published[h].x);
    CHECK(seen[h].y == Approx(published[h].y).margin(0.6));
  }
  // Later is further right, more is higher, all inside the page.
  CHECK(seen[4].x < seen[22].x);
  CHECK(seen[22].y < seen[4].y - 50);
  const std::vector<Point> hours = line_of(svg, "hours-observed"), shape = line_of(svg, "hours-published");
  REQUIRE(hours.size() == 24);
  REQUIRE(shape.size() == 24);
  for (std::size_t h = 0; h < 24; ++h) CHECK(hours[h].y == Approx(shape[h].y).margin(0.6));
  for (const auto* line : {&seen, &published, &hours, &shape}) {
    for (const Point& p : *line) {
      CHECK((p.x > 0 && p.x < 960));
      CHECK((p.y > 0 && p.y < 760));
    }
  }
}

TEST_CASE("what is published is labelled side by side, however high the peak", "[plot]") {
  const auto height_of = [](const std::string& svg, const std::string& words) {
    const std::size_t at = svg.rfind("<text", svg.find(words));
    REQUIRE(at != std::string::npos);
    return std::stod(svg.substr(svg.find(" y=\"", at) + 4));
  };
  constexpr double kLine = 13;  // of words of size 12
  for (const double more : {1.0, 1.2, 1.4, 1.8, 2.5}) {
    Observed seen = days_of(7, kMonday);
    seen.by_day[0].hours[13] *= more;
    const std::string svg = week_plot(seen, "").value();
    INFO(more);
    CHECK(height_of(svg, "shaded: Taobao") > height_of(svg, "peak of a multi-category store") + kLine);
  }
}

TEST_CASE("a week without promotion and holiday is drawn where there is one", "[plot]") {
  Observed seen = days_of(35, kMonday + 2);  // from a Wednesday on
  CHECK(week_to_draw(seen)->first == 5);
  seen.days[6].holiday = true;
  CHECK(week_to_draw(seen)->first == 12);
  seen.days[14].promotion = true;
  seen.days[20].whole = false;
  CHECK(week_to_draw(seen)->first == 26);
  CHECK(week_to_draw(seen)->days == 7);
  seen = days_of(9, kMonday + 2);
  seen.days[0].whole = false;
  seen.days[4].holiday = true;
  CHECK(week_to_draw(seen)->first == 1);
  CHECK(week_to_draw(seen)->days == 7);
  seen = days_of(3, kMonday);
  CHECK(week_to_draw(seen)->days == 3);
  CHECK(fault_of(week_plot(seen, "three days").value()).empty());
  for (Day& day : seen.days) day.whole = false;
  CHECK_FALSE(week_to_draw(seen).has_value());
  CHECK(week_plot(seen, "none").error().message() ==
        "no whole day was seen; accepted: at least one day from midnight to midnight without a gap");
}

TEST_CASE("a week of silence can be drawn", "[plot]") {
  Observed seen = days_of(7, kMonday, 0);
  CHECK(fault_of(week_plot(seen, "silence").value()).empty());
  CHECK(week_plot(seen, "silence").value().find("nan") == std::string::npos);
}

TEST_CASE("marks of an axis are round and reach the most", "[plot]") {
  CHECK(round_marks(9.3, 5) == std::vector<double>{0, 2, 4, 6, 8, 10});
  CHECK(round_marks(10, 5) == std::vector<double>{0, 2, 4, 6, 8, 10});
  CHECK(round_marks(0.5, 5).back() >= 0.5);
  CHECK(round_marks(1'234'567, 5) == std::vector<double>{0, 500'000, 1'000'000, 1'500'000});
  CHECK(round_marks(0, 5) == std::vector<double>{0, 1});
}
