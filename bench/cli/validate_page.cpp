#include "bench/cli/validate_page.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "bench/cli/terminal.hpp"

namespace dwell::cli {
namespace {

using report::pad;
using validate::Part;
using validate::Statistic;

// The margin holds "off?"; columns are two spaces apart, and the last ends before the 80th.
constexpr std::size_t kMargin = 6, kName = 28, kValue = 9, kInterval = 18, kBand = 12;
constexpr double kUnbounded = 1e299;

std::string figure(double value, const std::string& unit) {
  if (unit == "%") return fmt::format("{:.3g}", 100 * value);
  if (unit == "h") return fmt::format("{:.0f}", value);
  if (std::abs(value) >= 1000) return fmt::format("{:.0f}", value);
  if (std::abs(value) < 0.01) return fmt::format("{:.2g}", value);
  return fmt::format("{:.3g}", value);
}

std::string band_text(const Part& part) {
  if (part.band.high > kUnbounded) return fmt::format("over {}", figure(part.band.low, part.unit));
  return fmt::format("{} to {}", figure(part.band.low, part.unit), figure(part.band.high, part.unit));
}

std::string interval_text(const Part& part) {
  if (!part.no_interval.empty()) return part.no_interval;
  return fmt::format("{} to {}", figure(on_clock(part.value.low, part.unit), part.unit),
                     figure(on_clock(part.value.high, part.unit), part.unit));
}

std::string columns(const std::string& value, const std::string& interval, const std::string& band) {
  return fmt::format("  {}  {}  {}", pad(value, kValue, true), pad(interval, kInterval, true), pad(band, kBand, true));
}

std::string part_line(const Part& part) {
  const bool off = part.skipped.empty() && !part.pass;
  const std::string mark = !off ? "" : part.no_interval.empty() && part.compatible() ? "off?" : "off";
  const std::string line = pad(mark, kMargin, false) + pad(part.name, kName, false);
  if (!part.skipped.empty()) return fmt::format("{}  skipped: {}", line, part.skipped);
  const std::string unit = part.unit.empty() ? "" : " " + part.unit;
  return line + columns(figure(part.value.value, part.unit) + unit, interval_text(part), band_text(part));
}

std::string word(const Statistic& s) { return s.skipped() ? "skipped" : s.pass() ? "pass" : "FAIL"; }

/// Objects over several lines, everything else on as few as hold it.
std::string fragment(const nlohmann::ordered_json& json, std::size_t indent, const report::Style& style) {
  const std::string margin(indent, ' ');
  std::string text;
  for (const auto& [key, value] : json.items()) {
    if (!text.empty()) text += ",\n";
    if (value.is_object()) {
      text += fmt::format("{}\"{}\": {{\n{}\n{}}}", margin, key, fragment(value, indent + 2, style), margin);
      continue;
    }
    std::string words;
    for (const auto& element : value) words += (words.empty() ? "" : ", ") + element.dump();
    if (value.is_array()) words = fmt::format("[{}]", words);
    // A comma may follow.
    text += margin + report::wrap(fmt::format("\"{}\": {}", key, words), style.width - 1, indent);
  }
  return text;
}

std::string fit_text(const validate::Fit& fit, const report::Style& style) {
  const nlohmann::ordered_json json = fit_json(fit);
  std::string rest;
  for (const auto* sentences : {&fit.clamped, &fit.left_out}) {
    for (const std::string& sentence : *sentences) rest += report::wrap(sentence, style.width, 0) + "\n";
  }
  if (json.empty()) return "\nToo little was seen to fit parameters.\n" + rest;
  const char* const what =
      "Parameters that fit, as a part of a scenario: merge them into a copy of one, such as "
      "scenarios/coupang-2025.json, and `dwell run ./my.json`.";
  return fmt::format("\n{}\n{{\n{}\n}}\n{}", report::wrap(what, style.width, 0), fragment(json, 2, style), rest);
}

std::string summary(const Validation& validation, const report::Style& style) {
  const Verdict count = verdict(validation.statistics);
  std::string text = fmt::format("{} pass, {} fail, {} skipped.", count.passed, count.failed, count.skipped);
  if (count.failed != 0) text += " \"off?\": the interval still meets the band.";
  if (count.failed != 0 && validation.log)
    text += " That a log lies outside a band is no error of the log: bands are drawn around published shops.";
  return fmt::format("\n{}\n", report::wrap(text, style.width, 0));
}

}  // namespace

double on_clock(double value, const std::string& unit) {
  return unit == "h" ? value - 24 * std::floor(value / 24) : value;
}

Verdict verdict(const std::vector<Statistic>& statistics) {
  Verdict out;
  for (const Statistic& s : statistics) ++(s.skipped() ? out.skipped : s.pass() ? out.passed : out.failed);
  return out;
}

std::string validation_page(const Validation& validation, const report::Style& style) {
  std::string text = report::wrap(without_control(validation.title), style.width, 0) + "\n";
  for (const std::string& remark : validation.remarks)
    text += report::wrap(without_control(remark), style.width, 0) + "\n";
  text += fmt::format("\n{}{}\n", pad(" #  statistic", kMargin + kName, false),
                      columns("value", "95 % interval", "accepted"));
  for (const Statistic& s : validation.statistics) {
    const std::string head = pad(fmt::format("{:>2}  {}", s.id, s.name), style.width - 8, false) + word(s);
    text += report::emphasise(head, s.pass() || s.skipped() ? report::Emphasis::none : report::Emphasis::bold, style);
    text += "\n";
    for (const Part& part : s.parts) text += part_line(part) + "\n";
    for (const validate::Reference& reference : s.references) {
      const std::string words = fmt::format("{}: {}", reference.publisher, reference.figure);
      const std::string line = fmt::format("      {}", report::wrap(words, style.width, 6));
      text += report::emphasise(line, report::Emphasis::dim, style) + "\n";
    }
  }
  return text + summary(validation, style) + (validation.fit ? fit_text(*validation.fit, style) : "");
}

}  // namespace dwell::cli
