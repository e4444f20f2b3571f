#include "bench/validate/svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace dwell::validate {
namespace {

/// Bytes of the character that begins here; 0 where the text is not UTF-8 (RFC 3629) or XML 1.0 forbids it.
std::size_t character_bytes(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7F ? 1 : 0;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  }
  const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
  const bool outside = (first == 0xED && byte(1) > 0x9F) || (first == 0xF4 && byte(1) > 0x8F);
  const bool no_character = first == 0xEF && byte(1) == 0xBF && byte(2) >= 0xBE;
  return overlong || outside || no_character ? 0 : length;
}

/// Text between tags or in an attribute.
std::string escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t bytes = character_bytes(text);
    switch (bytes == 0 ? '\0' : text.front()) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += text.substr(0, bytes);
    }
    text.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
  return out;
}

std::string stroke_of(const Stroke& stroke) {
  return fmt::format(R"(fill="none" stroke="{}" stroke-width="{:.1f}" stroke-linejoin="round"{})", stroke.colour,
                     stroke.width,
                     stroke.dashes.empty() ? "" : fmt::format(R"( stroke-dasharray="{}")", stroke.dashes));
}

}  // namespace

Svg::Svg(double width, double height, std::string_view title)
    : text_(fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" viewBox=\"0 0 "
                        "{0:.0f} {1:.0f}\" "
                        "font-family=\"Helvetica, Arial, sans-serif\" role=\"img\">\n<title>{2}</title>\n"
                        "<rect width=\"{0:.0f}\" height=\"{1:.0f}\" fill=\"#ffffff\"/>\n",
                        width, height, escaped(title))) {}

void Svg::line(Point from, Point to, const Stroke& stroke) {
  text_ += fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" {}/>\n", from.x, from.y, to.x,
                       to.y, stroke_of(stroke));
}

void Svg::polyline(std::string_view name, const std::vector<Point>& points, const Stroke& stroke) {
  text_ += fmt::format("<polyline id=\"{}\" {} points=\"", name, stroke_of(stroke));
  for (const Point& p : points) text_ += fmt::format("{:.1f},{:.1f} ", p.x, p.y);
  if (!points.empty()) text_.pop_back();
  text_ += "\"/>\n";
}

void Svg::circle(Point at, double radius, std::string_view colour) {
  text_ += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" fill=\"{}\"/>\n", at.x, at.y, radius, colour);
}

void Svg::area(Point corner, double width, double height, std::string_view colour) {
  text_ += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\"/>\n", corner.x,
                       corner.y, width, height, colour);
}

void Svg::words(Point at, std::string_view text, const Words& words) {
  constexpr std::array<std::string_view, 3> kAnchors = {"start", "middle", "end"};
  text_ += fmt::format(
      "<text x=\"{0:.1f}\" y=\"{1:.1f}\" font-size=\"{2:.0f}\" text-anchor=\"{3}\" fill=\"{4}\"{5}{6}>{7}"
      "</text>\n",
      at.x, at.y, words.size, kAnchors.at(static_cast<std::size_t>(words.anchor)), words.colour,
      words.bold ? " font-weight=\"bold\"" : "",
      words.upwards ? fmt::format(" transform=\"rotate(-90 {:.1f} {:.1f})\"", at.x, at.y) : "", escaped(text));
}

std::string Svg::finish() { return std::move(text_) + "</svg>\n"; }

std::vector<double> round_marks(double most, int count) {
  if (!(most > 0) || count < 1) return {0, 1};
  const double rough = most / count;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double nice : {5.0, 2.0, 1.0}) {
    if (nice * power >= rough * (1 - 1e-9)) step = nice * power;
  }
  std::vector<double> marks = {0};
  while (marks.back() < most * (1 - 1e-9)) marks.push_back(static_cast<double>(marks.size()) * step);
  return marks;
}

}  // namespace dwell::validate
