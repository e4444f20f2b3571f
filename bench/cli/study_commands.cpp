#include <fmt/format.h>

#include <optional>
#include <string>

#include "bench/cli/commands.hpp"
#include "bench/cli/interrupt.hpp"
#include "bench/cli/main_command.hpp"
#include "bench/cli/output_file.hpp"
#include "bench/cli/progress.hpp"
#include "bench/cli/scenarios.hpp"
#include "bench/cli/terminal.hpp"
#include "bench/report/case_study.hpp"
#include "bench/report/results_json.hpp"
#include "bench/run/study.hpp"

namespace dwell::cli {
namespace {

constexpr const char* kCase = "coupang-2025";

/// Where the results go: as asked; for the case study by default into the project's results/ when the launcher started
/// us, else into the caller's folder; empty for nowhere but stdout.
std::string results_path(const Arguments& arguments) {
  if (!arguments.output.empty()) return arguments.output;
  if (arguments.command != Command::case_study || arguments.json) return "";
  return started_by_launcher() ? project_root() + "/results/case-study.json" : "dwell-results.json";
}

run::StudyOptions study_options(const Arguments& arguments, const world::Scenario& scenario) {
  run::StudyOptions options;
  options.scale = scenario.scale;
  options.seed = arguments.seed;
  options.calibration_seeds = arguments.seeds;
  options.evaluation_seeds = arguments.seeds;
  options.threads = arguments.threads;
  options.days = arguments.days;
  options.detectors = arguments.detectors;
  options.stop = &stop_requested();
  return options;
}

Result<run::StudyResult> run_with_progress(const Arguments& arguments, const world::Scenario& scenario) {
  run::StudyOptions options = study_options(arguments, scenario);
  catch_interrupts(arguments.quiet);
  ProgressLine line(arguments.quiet, stderr_is_terminal());
  options.progress = [&](const run::Progress& progress) {
    if (!stop_requested()) line.show(progress);
  };
  return run::run_study(scenario, options);
}

int deliver(const Arguments& arguments, const world::Scenario& scenario, const run::StudyResult& result,
            const std::optional<OutputFile>& file) {
  const std::string document = report::results_json(result);
  if (file) {
    if (const Status written = file->write(document); !written) return complain(written.error(), kFailed);
  }
  const std::string where = file ? file->path() : "";
  int code = kDone;
  if (arguments.json) {
    if (!file) code = put(document);
    if (file && !arguments.quiet) say(fmt::format("dwell: results in {}\n", where));
  } else if (arguments.command == Command::case_study) {
    code = put(report::case_study(scenario, result, where, stdout_style()));
  } else {
    code = put(report::study_page(result, where, stdout_style()));
  }
  if (code == kDone && result.manifest.partial) {
    say("dwell: stopped before the end; the results are marked partial\n");
    return kInterrupted;
  }
  return code;
}

}  // namespace

int study_command(const Arguments& arguments) {
  const std::string word = arguments.command == Command::case_study ? kCase : arguments.subject;
  const Result<std::string> path = find_scenario(word);
  if (!path) return complain(path.error(), kBadInput);
  Result<world::Scenario> scenario = world::read_scenario(path.value());
  if (!scenario) return complain(scenario.error(), kBadInput);
  if (const Status status = apply_overrides(arguments, scenario.value()); !status) {
    return complain(status.error(), kBadInput);
  }
  std::optional<OutputFile> file;
  if (const std::string where = results_path(arguments); !where.empty()) {
    const Result<OutputFile> prepared = OutputFile::prepare(where, path.value());
    if (!prepared) return complain(prepared.error(), kBadInput);
    file = prepared.value();
  }
  const Result<run::StudyResult> result = run_with_progress(arguments, scenario.value());
  if (!result) return complain(result.error(), stop_requested() ? kInterrupted : kBadInput);
  return deliver(arguments, scenario.value(), result.value(), file);
}

}  // namespace dwell::cli
