#pragma once
// A detector on feature vectors with a stage of its own, for who runs detectors one by one.

#include <memory>

#include "detectors/api/detector.hpp"

namespace dwell::detect {

/// A detector of the features form as a sharded one, which computes its vectors itself; any other as it is. Scores are
/// those that it emits on a shared stage.
std::unique_ptr<Detector> with_own_stage(std::unique_ptr<Detector> detector);

}  // namespace dwell::detect
