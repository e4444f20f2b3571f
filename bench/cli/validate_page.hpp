#pragma once
// The result of `validate`, for people and for programs.

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "bench/report/text.hpp"
#include "bench/validate/evidence.hpp"
#include "bench/validate/fit.hpp"
#include "bench/validate/statistics.hpp"

namespace dwell::cli {

struct Validation {
  std::string title;                 ///< one line: what was looked at
  std::vector<std::string> remarks;  ///< what the reader has to know about it
  bool log = false;                  ///< somebody's, not simulated
  const validate::Observed* observed = nullptr;
  std::vector<validate::Statistic> statistics;
  std::optional<validate::Fit> fit;
};

/// An hour that runs past midnight, on the clock; other units unchanged.
double on_clock(double value, const std::string& unit);

/// How many pass, fail and are skipped.
struct Verdict {
  int passed = 0, failed = 0, skipped = 0;
};
Verdict verdict(const std::vector<validate::Statistic>& statistics);

std::string validation_page(const Validation& validation, const report::Style& style);
/// `source` says what was looked at; it becomes the document's first member.
nlohmann::ordered_json validation_json(const Validation& validation, nlohmann::ordered_json source);
/// The parameters as a part of a scenario, to four significant digits.
nlohmann::ordered_json fit_json(const validate::Fit& fit);

}  // namespace dwell::cli
