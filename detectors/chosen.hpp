#pragma once
// A detector of the catalogue with its parameters, from what is typed: "ewma" or "ewma:lambda=.2,two_sided=1".

#include <string>
#include <string_view>
#include <vector>

#include "detectors/api/detector.hpp"

namespace dwell::detect {

struct Chosen {
  const CatalogueEntry* entry = nullptr;
  Descriptor
      descriptor;  ///< named with its parameters, so that two settings stand side by side; numbers as short as can be
  std::vector<std::string> set;  ///< names of the parameters that were typed
};

/// Errors: a name the catalogue does not have, a parameter the detector does not have, a value that is no number or out
/// of its range, a parameter set twice.
Result<Chosen> choose_detector(std::string_view typed);

/// "lambda" and 0.2 as they are typed: "lambda=0.2".
std::string typed_parameter(std::string_view name, double value);

}  // namespace dwell::detect
