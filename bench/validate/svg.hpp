#pragma once
// A drawing as SVG 1.1: lines, areas, words. No scripts, no fonts of its own, nothing loaded from elsewhere.

#include <string>
#include <string_view>
#include <vector>

namespace dwell::validate {

struct Point {
  double x, y;  ///< from the upper left corner
};

/// How a line or an area looks.
struct Stroke {
  std::string_view colour;
  double width = 1;
  std::string_view dashes = "";  ///< as "6 4"; empty: none
};

enum class Anchor : unsigned char { start, middle, end };

/// How words stand.
struct Words {
  double size = 13;
  Anchor anchor = Anchor::start;
  std::string_view colour = "#222222";
  bool bold = false;
  bool upwards = false;  ///< turned by 90 degrees to the left
};

class Svg {
 public:
  /// A white page of so many pixels; `title` is what screen readers say.
  Svg(double width, double height, std::string_view title);

  void line(Point from, Point to, const Stroke& stroke);
  /// `name` becomes the id of the element: a word of letters and dashes.
  void polyline(std::string_view name, const std::vector<Point>& points, const Stroke& stroke);
  void circle(Point at, double radius, std::string_view colour);
  void area(Point corner, double width, double height, std::string_view colour);
  /// Any UTF-8; what XML does not allow is left out.
  void words(Point at, std::string_view text, const Words& words = {});

  /// The document. Nothing may be drawn afterwards.
  [[nodiscard]] std::string finish();

 private:
  std::string text_;
};

/// Values on a stretch of the page.
struct Scale {
  double least, most;  ///< values
  double from, to;     ///< where they lie, in pixels
  [[nodiscard]] double at(double value) const { return from + (value - least) / (most - least) * (to - from); }
};

/// Round values for about `count` marks from 0 to at least `most`: steps of 1, 2 or 5 times a power of ten.
std::vector<double> round_marks(double most, int count);

}  // namespace dwell::validate
