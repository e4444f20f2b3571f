#include <fmt/format.h>

#include <optional>

#include "bench/cli/commands.hpp"
#include "bench/cli/interrupt.hpp"
#include "bench/cli/main_command.hpp"
#include "bench/cli/output_file.hpp"
#include "bench/cli/plans.hpp"
#include "bench/cli/progress.hpp"
#include "bench/cli/scenarios.hpp"
#include "bench/cli/terminal.hpp"
#include "bench/report/sensitivity.hpp"

namespace dwell::cli {
namespace {

constexpr const char* kScenario = "coupang-2025";
constexpr const char* kPlan = "leaderboard";
constexpr world::Scale kScale{1, 2000};

run::SensitivityOptions options_of(const Arguments& arguments, const world::Scenario& scenario) {
  run::SensitivityOptions options;
  options.budget_per_day = arguments.budget_per_day;
  run::StudyOptions& study = options.study;
  study.scale = scenario.scale;
  study.seed = arguments.seed;
  study.calibration_seeds = arguments.calibration_seeds;
  study.evaluation_seeds = arguments.seeds;
  study.threads = arguments.threads;
  study.days = arguments.days;
  study.detectors = arguments.detectors;
  study.door = door_of(arguments);
  study.stop = &stop_requested();
  return options;
}

Result<run::SensitivityResult> run_with_progress(const Arguments& arguments, const world::Scenario& scenario,
                                                 const run::SensitivityPlan& plan) {
  catch_interrupts(arguments.quiet);
  ProgressLine line(arguments.quiet, stderr_is_terminal());
  run::SensitivityOptions options = options_of(arguments, scenario);
  options.progress = [&](const run::SensitivityProgress& p) {
    if (stop_requested()) return;
    line.show(p.elapsed_s, [&] {
      return fmt::format("study {} of {}, {}: {:.0f} %{}", std::min(p.studies_done + 1, p.studies), p.studies, p.study,
                         100 * p.done, time_to_go(p.done, p.elapsed_s));
    });
  };
  return run::run_sensitivity(scenario, plan, options);
}

}  // namespace

int sensitivity_command(const Arguments& arguments) {
  const Result<std::string> path = find_scenario(arguments.subject.empty() ? kScenario : arguments.subject);
  if (!path) return complain(path.error(), kBadInput);
  Result<world::Scenario> scenario = load_scenario(path.value());
  if (!scenario) return complain(scenario.error(), kBadInput);
  Arguments asked = arguments;
  if (!asked.scale && arguments.subject.empty()) asked.scale = kScale;
  if (const Status status = apply_overrides(asked, scenario.value()); !status)
    return complain(status.error(), kBadInput);
  const Result<std::string> plan_path = find_plan(arguments.plan.empty() ? kPlan : arguments.plan);
  if (!plan_path) return complain(plan_path.error(), kBadInput);
  const Result<run::SensitivityPlan> plan = run::read_sensitivity_plan(plan_path.value());
  if (!plan) return complain(plan.error(), kBadInput);
  if (const auto fits = run::fit_plan(plan.value(), scenario.value()); !fits) return complain(fits.error(), kBadInput);
  std::optional<OutputFile> file;
  if (!arguments.output.empty()) {
    const Result<OutputFile> prepared =
        OutputFile::prepare(arguments.output, input_files({path.value(), plan_path.value()}, arguments.detectors));
    if (!prepared) return complain(prepared.error(), kBadInput);
    file = prepared.value();
  }
  const Result<run::SensitivityResult> result = run_with_progress(asked, scenario.value(), plan.value());
  if (!result) return complain(result.error(), stop_requested() ? kInterrupted : kBadInput);
  const std::string document = report::sensitivity_json(result.value());
  if (file) {
    if (const Status written = file->write(document); !written) return complain(written.error(), kFailed);
  }
  int code = kDone;
  if (arguments.json && !file) code = put(document);
  if (!arguments.json) {
    std::vector<std::string> columns = arguments.detectors;
    for (std::string& column : columns) column = run::row_name(column);
    if (columns.empty()) columns = result.value().best;
    code = put(report::sensitivity_page(result.value(), columns, stdout_style()));
  }
  if (code == kDone && result.value().manifest.partial) {
    say("dwell: stopped before the end; what was not reached is left out\n");
    return kInterrupted;
  }
  return code;
}

}  // namespace dwell::cli
