#pragma once
// Detectors from outside the tree, in short studies of the tiny scenario.

#include <nlohmann/json.hpp>
#include <string>

#include "tests/cli/child.hpp"

namespace dwell::test {

/// The words that run them; each may take five seconds for an answer.
Words study_of(const Words& detectors);
/// The results document of such a study, which succeeds.
nlohmann::json run_detectors(const Folder& folder, const Words& detectors);
/// The rows of one detector, of which there is at least one.
nlohmann::json rows_of(const nlohmann::json& document, const std::string& detector);
/// Checks that it is refused before anything is simulated, in one line that holds all of `said`.
void refused_detector(const std::string& detector, const Words& said);

}  // namespace dwell::test
