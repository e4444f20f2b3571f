#pragma once
// Scenarios by name or path, and what the command line changes in them.

#include <string>
#include <vector>

#include "bench/cli/arguments.hpp"
#include "sim/core/result.hpp"
#include "sim/world/scenario.hpp"

namespace dwell::cli {

/// The project's folder: DWELL_ROOT when the launcher set it, else where this program was built from.
std::string project_root();
/// True when the launcher set DWELL_ROOT.
bool started_by_launcher();

/// Whether a word is a path: with a slash or ending in .json.
bool is_path(const std::string& word);
/// Names of the documents in a folder, without .json, sorted; schemas are none. Empty where there is no such folder.
std::vector<std::string> names_in(const std::string& folder);

/// Names of the scenarios in the project's scenarios/, sorted.
std::vector<std::string> scenario_names();
/// The file of a scenario: a path as it is, or a name.
Result<std::string> find_scenario(const std::string& word);

/// Reads the file of a scenario. Calendars that it names lie beside it or in the project's scenarios/calendars.
Result<world::Scenario> load_scenario(const std::string& path);
/// The folder of the project's calendars.
std::string calendar_folder();

/// How detectors from outside are let in, as asked.
run::Door door_of(const Arguments& arguments);

/// Applies --scale, --baseline, --key-use and --concentration, and checks that the parts of the scenario still fit each
/// other.
Status apply_overrides(const Arguments& arguments, world::Scenario& scenario);

}  // namespace dwell::cli
