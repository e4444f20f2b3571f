#include "bench/cli/plans.hpp"

#include <filesystem>
#include <system_error>

#include "bench/cli/names.hpp"
#include "bench/cli/scenarios.hpp"

namespace dwell::cli {
namespace {

namespace fs = std::filesystem;

std::string plan_folder() { return project_root() + "/scenarios/sensitivity"; }

}  // namespace

std::vector<std::string> plan_names() { return names_in(plan_folder()); }

Result<std::string> find_plan(const std::string& word) {
  std::error_code ignored;
  if (is_path(word)) {
    if (fs::exists(word, ignored)) return word;
    return Error{word, "", "no such file", "a plan that can be read, such as scenarios/sensitivity/leaderboard.json"};
  }
  const std::string path = plan_folder() + "/" + word + ".json";
  if (fs::exists(path, ignored)) return path;
  return Error{"", "--plan", "found no plan named \"" + word + "\"", accepted_names(word, plan_names())};
}

}  // namespace dwell::cli
