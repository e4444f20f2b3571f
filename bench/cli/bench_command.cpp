// `bench`: the scenarios of a suite one after the other, with the same detectors.

#include <fmt/format.h>

#include <new>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "bench/cli/commands.hpp"
#include "bench/cli/interrupt.hpp"
#include "bench/cli/main_command.hpp"
#include "bench/cli/output_file.hpp"
#include "bench/cli/progress.hpp"
#include "bench/cli/ranks.hpp"
#include "bench/cli/scenarios.hpp"
#include "bench/cli/suites.hpp"
#include "bench/cli/terminal.hpp"
#include "sim/core/failure.hpp"
#include "sim/world/simulation.hpp"

namespace dwell::cli {
namespace {

constexpr const char* kSuite = "reference";

Result<run::StudyResult> run_scenario(const Arguments& arguments, const world::Scenario& scenario, ProgressLine& line) {
  run::StudyOptions options;
  options.scale = scenario.scale;
  options.seed = arguments.seed;
  options.calibration_seeds = arguments.calibration_seeds;
  options.evaluation_seeds = arguments.seeds;
  options.days = arguments.days;
  options.detectors = arguments.detectors;
  options.door = door_of(arguments);
  options.threads = arguments.threads;
  options.stop = &stop_requested();
  options.progress = [&](const run::Progress& progress) {
    if (!stop_requested()) line.show(progress);
  };
  return run::run_study(scenario, options);
}

/// Adds what each scenario gave to `results` until one fails or a stop is asked for; what was found before is kept. The
/// exit code of the failure, which has been said; kDone for none.
int run_each(const Arguments& arguments, const std::vector<world::Scenario>& scenarios,
             std::vector<run::StudyResult>& results) {
  for (const world::Scenario& scenario : scenarios) {
    try {
      ProgressLine line(arguments.quiet, stderr_is_terminal());
      Result<run::StudyResult> result = run_scenario(arguments, scenario, line);
      if (!result && stop_requested()) return results.empty() ? complain(result.error(), kInterrupted) : kDone;
      if (!result) return complain(result.error(), results.empty() ? kBadInput : kFailed);
      results.push_back(std::move(result).value());
    } catch (const std::bad_alloc& error) {
      return complain({scenario.name, "", failure_text(error, world::remedy_of(scenario.scale)), ""}, kFailed);
    }
    if (stop_requested()) break;
  }
  return kDone;
}

std::vector<std::string> files_of(const Suite& suite) {
  std::vector<std::string> files = {suite.file};
  for (const SuiteEntry& entry : suite.scenarios) files.push_back(entry.path);
  return files;
}

int run_all(const Arguments& arguments, const Suite& suite) {
  std::vector<world::Scenario> scenarios;
  for (const SuiteEntry& entry : suite.scenarios) {
    Result<world::Scenario> scenario = load_entry(suite, entry);
    if (!scenario) return complain(scenario.error(), kBadInput);
    if (const Status status = apply_overrides(arguments, scenario.value()); !status) {
      return complain(status.error(), kBadInput);
    }
    scenarios.push_back(std::move(scenario).value());
  }
  std::optional<OutputFile> file;
  if (!arguments.output.empty()) {
    const Result<OutputFile> prepared =
        OutputFile::prepare(arguments.output, input_files(files_of(suite), arguments.detectors));
    if (!prepared) return complain(prepared.error(), kBadInput);
    file = prepared.value();
  }
  catch_interrupts(arguments.quiet);
  SuiteResults done{suite.name, {}, {}};
  const int failure = run_each(arguments, scenarios, done.results);
  if (done.results.empty()) return failure;
  for (std::size_t i = done.results.size(); i < scenarios.size(); ++i) done.left_out.push_back(scenarios[i].name);
  const std::string document = suite_results_json(done);
  // As of a single study, what found no place in the file goes to stdout.
  const Status written = file ? file->write(document) : success();
  const int code = arguments.json ? (file && written ? kDone : put(document)) : put(suite_page(done, stdout_style()));
  if (!written) return complain(written.error(), kFailed);
  if (failure != kDone) return failure;
  if (code == kDone && (stop_requested() || !done.left_out.empty())) {
    say("dwell: stopped before the end; scenarios that were not reached are left out\n");
    return kInterrupted;
  }
  return code;
}

}  // namespace

int bench_command(const Arguments& arguments) {
  const Result<Suite> suite = load_suite(arguments.subject.empty() ? kSuite : arguments.subject);
  if (!suite) return complain(suite.error(), kBadInput);
  const SuiteEntry& first = suite.value().scenarios.front();
  if (suite.value().scenarios.size() > 1 || !first.changes.empty()) {
    if (started_on_ranks() || !arguments.checkpoint.empty()) {
      return complain(Error{suite.value().file, started_on_ranks() ? "--ranks" : "--checkpoint",
                            "a suite of more than one scenario, or of one with values of its own",
                            "`dwell run SCENARIO` for one after the other"},
                      kBadInput);
    }
    return run_all(arguments, suite.value());
  }
  Arguments one = arguments;
  one.command = Command::run;
  one.subject = first.path;
  return study_command(one, files_of(suite.value()));
}

}  // namespace dwell::cli
