#include "bench/cli/validate_page.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace dwell::cli {
namespace {

using report::pad;
using validate::Part;
using validate::Statistic;

constexpr std::size_t kName = 31, kValue = 9, kInterval = 19, kBand = 15;
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
  return fmt::format("{} to {}{}{}", figure(part.band.low, part.unit), figure(part.band.high, part.unit),
                     part.unit.empty() ? "" : " ", part.unit);
}

std::string part_line(const Part& part) {
  std::string line = pad(fmt::format("      {}", part.name), kName + 4, false);
  if (!part.skipped.empty()) return fmt::format("{}  skipped: {}", line, part.skipped);
  const std::string interval =
      fmt::format("{} to {}", figure(part.value.low, part.unit), figure(part.value.high, part.unit));
  line += pad(figure(part.value.value, part.unit), kValue - 3, true);
  line += pad(interval, kInterval, true) + pad(band_text(part), kBand, true);
  line += part.pass ? "" : part.compatible() ? " off?" : " off";
  return line;
}

std::string word(const Statistic& s) { return s.skipped() ? "skipped" : s.pass() ? "pass" : "FAIL"; }

}  // namespace

Verdict verdict(const std::vector<Statistic>& statistics) {
  Verdict out;
  for (const Statistic& s : statistics) ++(s.skipped() ? out.skipped : s.pass() ? out.passed : out.failed);
  return out;
}

std::string validation_page(const Validation& validation, const report::Style& style) {
  std::string text = report::wrap(validation.title, style.width, 0) + "\n";
  for (const std::string& remark : validation.remarks) text += report::wrap(remark, style.width, 0) + "\n";
  text += fmt::format("\n{}{}{}{}\n", pad(" #  statistic", kName + 4, false), pad("value", kValue - 3, true),
                      pad("95 % interval", kInterval, true), pad("accepted", kBand, true));
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
  const Verdict count = verdict(validation.statistics);
  text += fmt::format("\n{} pass, {} fail, {} skipped.", count.passed, count.failed, count.skipped);
  if (count.failed != 0) text += " \"off?\": the interval still meets the band.";
  text += "\n";
  if (validation.fit) {
    text += "\nParameters that fit, as a part of a scenario:\n";
    text += fit_json(*validation.fit).dump(2) + "\n";
    for (const std::string& sentence : validation.fit->clamped) text += report::wrap(sentence, style.width, 0) + "\n";
  }
  return text;
}

}  // namespace dwell::cli
