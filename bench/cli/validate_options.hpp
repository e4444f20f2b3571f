#pragma once
// What `validate` is asked for.

#include <cstdint>
#include <string>
#include <vector>

#include "bench/cli/option_values.hpp"
#include "bench/validate/click_log.hpp"
#include "sim/core/result.hpp"

namespace dwell::cli {

struct ValidateArguments {
  bool full_year = false;
  bool fit = false;
  std::string plot;             ///< SVG file of a week; empty: none
  std::string scenario;         ///< whose traffic is simulated, name or path; empty: the reference's
  std::string from;             ///< first day simulated, a date; empty: not given
  bool holidays_given = false;  ///< then the scenario's are left out
  std::string zone;             ///< as typed; empty: not given
  validate::LogOptions log;
};

/// Names of the options that `validate` has beside those of other commands.
inline const std::vector<std::string>& validate_option_names() {
  static const std::vector<std::string> names = {"columns", "events", "zone", "holidays", "promotions"};
  return names;
}

/// `subject`: the log, empty for the simulation. Options of the one are refused for the other.
Status read_validate(const Values& values, const std::string& subject, ValidateArguments& out);

}  // namespace dwell::cli
