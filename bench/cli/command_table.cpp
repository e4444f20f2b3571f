#include "bench/cli/command_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/program_options.hpp>

#include "bench/cli/names.hpp"

namespace dwell::cli {
namespace {

namespace po = boost::program_options;

constexpr std::array<std::string_view, 7> kSwitches = {"json",  "full-year",  "fit",  "grid",
                                                       "costs", "in-process", "clean"};

}  // namespace

const std::vector<CommandSpec>& commands() {
  static const std::vector<std::string> study = {
      "scale",   "seed",          "seeds",            "calibration-seeds", "days",
      "baseline", "key-use",      "concentration",    "detector",          "grid",
      "threads", "json",          "output",           "quiet",             "checkpoint",
      "checkpoint-every", "spread", "patience",       "detector-timeout"};
  static const std::vector<CommandSpec> all = {
      {"case-study", Command::case_study, "", false, study},
      {"run", Command::run, "a scenario's name or file", true, study},
      {"bench", Command::bench, "a suite's name or file, or nothing", false, study},
      {"export",
       Command::export_rows,
       "a scenario's name or file",
       true,
       {"scale", "seed", "days", "baseline", "key-use", "concentration", "topics", "pages", "format", "clean", "output",
        "quiet"}},
      {"resume",
       Command::resume,
       "the folder of a checkpoint",
       true,
       {"threads", "spread", "patience", "json", "output", "quiet"}},
      {"list",
       Command::list,
       "scenarios, suites, plans, detectors or calendars",
       true,
       {"costs", "grid", "json", "output", "quiet"}},
      {"report", Command::report, "a results file", true, {"json", "output", "quiet"}},
      {"schema", Command::schema, "telemetry, scenario, results or calendar", false, {"json", "output", "quiet"}},
      {"phold",
       Command::phold,
       "",
       false,
       {"processes", "start-events", "mean", "lookahead", "remote", "end", "engine", "seed", "threads", "patience",
        "json", "output", "quiet"}},
      {"bench-kernel",
       Command::bench_kernel,
       "a scenario's name or file",
       false,
       {"scale", "seed", "days", "detector", "grid", "detector-timeout", "in-process", "threads", "json", "output",
        "quiet"}},
      {"validate",
       Command::validate,
       "a click log as CSV, or nothing",
       false,
       {"scenario", "scale", "seed", "from", "days", "threads", "full-year", "fit", "plot", "columns", "events", "zone",
        "holidays", "promotions", "json", "output", "quiet"}},
      {"sensitivity",
       Command::sensitivity,
       "a scenario's name or file, or nothing",
       false,
       {"scale", "seed", "seeds", "calibration-seeds", "days", "baseline", "key-use", "concentration", "detector",
        "detector-timeout", "threads", "budget", "plan", "json", "output", "quiet"}},
      {"check-detector",
       Command::check_detector,
       "a detector's name or file, or all",
       true,
       {"json", "output", "quiet"}},
      {"score-series",
       Command::score_series,
       "a series as CSV, or - for standard input",
       true,
       {"detector", "time", "value", "label", "budget", "top", "json", "output", "quiet"}},
      {"score-edges",
       Command::score_edges,
       "edges as CSV, or - for standard input",
       true,
       {"detector", "source", "destination", "tick", "label", "top", "json", "output", "quiet"}},
      {"help", Command::help, "a command", false, {"quiet"}},
  };
  return all;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const CommandSpec& spec : commands()) names.emplace_back(spec.name);
  return names;
}

const CommandSpec* spec_of(Command command) {
  const auto same = [&](const CommandSpec& spec) { return spec.command == command; };
  const auto at = std::find_if(commands().begin(), commands().end(), same);
  return at == commands().end() ? nullptr : &*at;
}

Result<const CommandSpec*> find_command(const std::string& name) {
  for (const CommandSpec& spec : commands()) {
    if (spec.name == name) return &spec;
  }
  if (name == "python") {
    return Error{"", "", "`python` is a command of ./dwell at the project's root", "./dwell python script.py"};
  }
  if (name == "test") return Error{"", "", "`test` is a command of ./dwell at the project's root", "./dwell test"};
  return Error{"", "", fmt::format("unknown command \"{}\"", name), accepted_names(name, command_names())};
}

po::options_description option_table() {
  po::options_description table;
  auto add = table.add_options();
  for (const char* name : {"scale",
                           "seed",
                           "seeds",
                           "calibration-seeds",
                           "from",
                           "days",
                           "baseline",
                           "key-use",
                           "concentration",
                           "threads",
                           "processes",
                           "start-events",
                           "mean",
                           "lookahead",
                           "remote",
                           "end",
                           "engine",
                           "checkpoint",
                           "checkpoint-every",
                           "spread",
                           "patience",
                           "columns",
                           "events",
                           "zone",
                           "holidays",
                           "promotions",
                           "plot",
                           "scenario",
                           "budget",
                           "plan",
                           "time",
                           "label",
                           "source",
                           "destination",
                           "tick",
                           "top",
                           "detector-timeout",
                           "topics",
                           "pages",
                           "format"}) {
    add(name, po::value<std::string>());
  }
  add("output,o", po::value<std::string>());
  for (const char* name : {"detector", "value"}) add(name, po::value<std::vector<std::string>>()->composing());
  for (const std::string_view name : kSwitches) add(name.data(), po::bool_switch());
  add("quiet,q", po::bool_switch());
  add("help,h", po::bool_switch());
  add("version", po::bool_switch());
  add("words", po::value<std::vector<std::string>>());
  return table;
}

bool is_switch(std::string_view option) {
  const auto named = [&](std::string_view known) { return option.substr(0, 2) == "--" && option.substr(2) == known; };
  return named("quiet") || named("help") || named("version") || std::any_of(kSwitches.begin(), kSwitches.end(), named);
}

}  // namespace dwell::cli
