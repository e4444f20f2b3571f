#include "bench/report/table.hpp"

#include <algorithm>

#include "sim/core/check.hpp"

namespace dwell::report {
namespace {

constexpr std::size_t kLeastNameWidth = 8;

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += c;
    }
  }
  return lines;
}

}  // namespace

void Table::row(std::vector<std::string> cells, Emphasis emphasis) {
  DWELL_DEMAND(cells.size() <= columns_.size(), "a table row has more cells than columns");
  cells.resize(columns_.size());
  lines_.push_back({std::move(cells), {}, emphasis});
}

void Table::section(std::string title) { lines_.push_back({{}, std::move(title), Emphasis::bold}); }

std::size_t Table::gap(std::size_t column, bool narrow) const {
  if (column == 0) return 0;
  return narrow ? std::min<std::size_t>(columns_[column].gap, 1) : columns_[column].gap;
}

std::string Table::line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths,
                        bool narrow) const {
  std::string out;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (widths[i] == 0) continue;
    out += std::string(gap(i, narrow), ' ') +
           pad(i == 0 ? fit_middle(cells[i], widths[i]) : fit(cells[i], widths[i]), widths[i], columns_[i].right);
  }
  out.resize(out.find_last_not_of(' ') + 1);
  return out;
}

std::string Table::render(const Style& style) const {
  std::vector<std::vector<std::string>> headers;
  std::size_t header_lines = 0;
  for (const Column& column : columns_) {
    headers.push_back(split_lines(column.header));
    header_lines = std::max(header_lines, headers.back().size());
  }
  std::vector<std::size_t> widths(columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    for (const std::string& text : headers[i]) widths[i] = std::max(widths[i], display_width(text));
    for (const Line& l : lines_) {
      if (!l.cells.empty()) widths[i] = std::max(widths[i], display_width(l.cells[i]));
    }
  }
  const auto total = [&](bool narrow) {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < widths.size(); ++i) sum += widths[i] == 0 ? 0 : widths[i] + gap(i, narrow);
    return sum;
  };
  const bool narrow = total(false) > style.width;
  if (const std::size_t sum = total(narrow); sum > style.width) {
    const std::size_t excess = sum - style.width;
    const std::size_t floor = std::min(widths[0], kLeastNameWidth);
    widths[0] = widths[0] > floor + excess ? widths[0] - excess : floor;
  }
  std::string out;
  for (std::size_t k = 0; k < header_lines; ++k) {
    std::vector<std::string> cells(columns_.size());
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::size_t above = header_lines - headers[i].size();
      if (k >= above) cells[i] = headers[i][k - above];
    }
    out += emphasise(line(cells, widths, narrow), Emphasis::bold, style) + "\n";
  }
  for (const Line& l : lines_) {
    const std::string text = l.cells.empty() ? fit(l.title, style.width) : line(l.cells, widths, narrow);
    out += emphasise(text, l.emphasis, style) + "\n";
  }
  return out;
}

}  // namespace dwell::report
