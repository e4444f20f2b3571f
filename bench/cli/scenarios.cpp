#include "bench/cli/scenarios.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "bench/cli/interrupt.hpp"
#include "bench/cli/names.hpp"
#include "sim/world/scenario_check.hpp"

namespace dwell::cli {
namespace {

namespace fs = std::filesystem;

const char* launcher_root() {
  const char* root = std::getenv("DWELL_ROOT");
  return root != nullptr && *root != '\0' ? root : nullptr;
}

fs::path scenario_folder() { return fs::path(project_root()) / "scenarios"; }

}  // namespace

bool started_by_launcher() { return launcher_root() != nullptr; }

std::string project_root() { return started_by_launcher() ? launcher_root() : DWELL_SOURCE_DIR; }

bool is_path(const std::string& word) { return word.find('/') != std::string::npos || word.ends_with(".json"); }

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code problem;
  for (fs::directory_iterator at(folder, problem), end; !problem && at != end; at.increment(problem)) {
    const fs::path file = at->path();
    const std::string stem = file.stem().string();
    if (file.extension() == ".json" && !stem.ends_with(".schema")) names.push_back(stem);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> scenario_names() { return names_in(scenario_folder().string()); }

Result<std::string> find_scenario(const std::string& word) {
  const std::vector<std::string> names = scenario_names();
  std::error_code ignored;
  if (is_path(word)) {
    if (fs::exists(word, ignored)) return word;
    const std::string stem = fs::path(word).stem().string();
    const std::string near = nearest(stem, names);
    return Error{word, "", "no such file",
                 "a scenario file that can be read" + (near.empty() ? "" : ", or the name " + near)};
  }
  if (std::find(names.begin(), names.end(), word) != names.end())
    return (scenario_folder() / (word + ".json")).string();
  if (names.empty())
    return Error{scenario_folder().string(), "", "found no scenarios", "a path, such as ./my-case.json"};
  return Error{"", "", "found no scenario named \"" + word + "\"",
               accepted_names_or_path(word, names, "./my-case.json")};
}

std::string calendar_folder() { return (scenario_folder() / "calendars").string(); }

Result<world::Scenario> load_scenario(const std::string& path) {
  const std::vector<std::string> folders = {calendar_folder()};
  return world::read_scenario(path, folders);
}

run::Door door_of(const Arguments& arguments) {
  return {{std::chrono::seconds(arguments.detector_timeout_s), &stop_requested()}, arguments.in_process};
}

Status apply_overrides(const Arguments& arguments, world::Scenario& scenario) {
  if (arguments.scale) scenario.scale = *arguments.scale;
  if (arguments.key_use) scenario.key_use = *arguments.key_use;
  if (arguments.concentration) scenario.campaign.sources.concentration = *arguments.concentration;
  if (!arguments.baseline.empty()) {
    const Status chosen = world::choose_baseline(scenario, arguments.baseline);
    if (!chosen) return Error{"", "--baseline", chosen.error().found, chosen.error().accepted};
  }
  if (arguments.scale) {
    const Status fits = world::check_scale(scenario, scenario.scale);
    if (!fits) return Error{"", "--scale", fits.error().found, fits.error().accepted};
  }
  if (const auto bad = world::find_contradiction(scenario))
    return Error{scenario.name, bad->pointer, bad->found, bad->accepted};
  return success();
}

}  // namespace dwell::cli
