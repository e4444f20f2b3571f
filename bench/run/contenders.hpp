#pragma once
// Who takes part in a study: from what is typed after --detector to something the harness can run.

#include <string>
#include <vector>

#include "bench/run/harness.hpp"

namespace dwell::run {

/// The contender that reads the truth; it is told of each run's truth by run_world.
inline constexpr const char* kOracleVolume = "oracle-volume";

/// One contender by what is typed after --detector: a name, or a name with parameters (detectors/chosen.hpp), which is
/// then its name in results.
Result<Contender> contender(const std::string& typed);

/// Those typed, all of the catalogue when none is, and the volume oracle, in the order they are scored.
Result<std::vector<Contender>> contenders(const std::vector<std::string>& typed);

}  // namespace dwell::run
