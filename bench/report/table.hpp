#pragma once
// A table in text: columns as wide as their contents, numbers to the right, never wider than the page.

#include <string>
#include <utility>
#include <vector>

#include "bench/report/text.hpp"

namespace dwell::report {

struct Column {
  std::string header;   ///< lines separated by '\n'; shorter headers stand at the bottom
  bool right = true;    ///< numbers to the right, words to the left
  std::size_t gap = 2;  ///< spaces before the column; all gaps over one shrink to one when the page is narrow
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// One cell a column; missing ones are empty.
  void row(std::vector<std::string> cells, Emphasis emphasis = Emphasis::none);
  /// A line of its own over the following rows.
  void section(std::string title);
  /// The first column is cut in the middle, if need be, so that no line is wider than the page. Ends with a line break.
  [[nodiscard]] std::string render(const Style& style) const;

 private:
  struct Line {
    std::vector<std::string> cells;
    std::string title;  ///< of a section; then there are no cells
    Emphasis emphasis = Emphasis::none;
  };
  [[nodiscard]] std::string line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths,
                                 bool narrow) const;
  [[nodiscard]] std::size_t gap(std::size_t column, bool narrow) const;

  std::vector<Column> columns_;
  std::vector<Line> lines_;
};

}  // namespace dwell::report
