#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <filesystem>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "bench/cli/commands.hpp"
#include "bench/cli/interrupt.hpp"
#include "bench/cli/main_command.hpp"
#include "bench/cli/output_file.hpp"
#include "bench/cli/progress.hpp"
#include "bench/cli/ranks.hpp"
#include "bench/cli/scenarios.hpp"
#include "bench/cli/terminal.hpp"
#include "bench/report/case_study.hpp"
#include "bench/report/results_json.hpp"
#include "bench/run/checkpoint.hpp"
#include "bench/run/request.hpp"
#include "bench/run/study.hpp"
#include "sim/core/failure.hpp"
#include "sim/world/simulation.hpp"

namespace dwell::cli {
namespace {

constexpr const char* kCase = "coupang-2025";
constexpr const char* kCaseStudy = "case-study";
/// Ranks exchange after each window, or tell after each that they go on. What takes long in between is making the
/// members, and writing or reading a checkpoint: at full size a minute or two.
constexpr std::chrono::seconds kStudyPatience{600};

/// Where the results go: as asked; for the case study by default into the project's results/ when the launcher started
/// us, else into the caller's folder; empty for nowhere but stdout.
std::string results_path(const Arguments& arguments) {
  if (!arguments.output.empty()) return arguments.output;
  if (arguments.command != Command::case_study || arguments.json) return "";
  return started_by_launcher() ? project_root() + "/results/case-study.json" : "dwell-results.json";
}

run::StudyRequest request_of(const Arguments& arguments, const world::Scenario& scenario) {
  run::StudyRequest request{
      arguments.command == Command::case_study ? kCaseStudy : "run", results_path(arguments), scenario, {}};
  run::StudyOptions& options = request.options;
  options.scale = scenario.scale;
  options.seed = arguments.seed;
  options.calibration_seeds = arguments.calibration_seeds;
  options.evaluation_seeds = arguments.seeds;
  options.days = arguments.days;
  options.detectors = arguments.detectors;
  options.door = door_of(arguments);
  options.checkpoint_every = arguments.checkpoint_every;
  options.spread = arguments.spread;
  return request;
}

Result<run::StudyResult> run_with_progress(const Arguments& arguments, run::StudyRequest& request,
                                           const std::optional<run::CheckpointFolder>& folder) {
  run::StudyOptions& options = request.options;
  options.threads = arguments.threads;
  options.stop = &stop_requested();
  options.door.host.stop = &stop_requested();  // of a study that goes on it was not kept
  options.checkpoint = folder ? &*folder : nullptr;
  catch_interrupts(arguments.quiet);
  ProgressLine line(arguments.quiet, stderr_is_terminal());
  options.progress = [&](const run::Progress& progress) {
    if (!stop_requested()) line.show(progress);
  };
  return run::run_study(request.scenario, options);
}

int deliver(const Arguments& arguments, const run::StudyRequest& request, const run::StudyResult& result,
            const std::optional<OutputFile>& file) {
  const std::string document = report::results_json(result);
  const Status written = file ? file->write(document) : success();
  // What took hours is not lost for want of a place: it then goes to stdout.
  const std::string where = file && written ? file->path() : "";
  int code = kDone;
  if (arguments.json) {
    if (where.empty()) code = put(document);
    if (!where.empty() && !arguments.quiet) say(fmt::format("dwell: results in {}\n", where));
  } else if (request.command == kCaseStudy) {
    code = put(report::case_study(request.scenario, result, where, stdout_style()));
  } else {
    code = put(report::study_page(result, where, stdout_style()));
  }
  if (!written) return complain(written.error(), kFailed);
  if (code == kDone && result.manifest.partial) {
    say("dwell: stopped before the end; the results are marked partial\n");
    return kInterrupted;
  }
  return code;
}

/// A folder for a new study, with what was asked in it.
Result<run::CheckpointFolder> begin_checkpoint(const std::string& path, const run::StudyRequest& request) {
  Result<run::CheckpointFolder> folder = run::CheckpointFolder::create(path);
  if (!folder) return folder;
  run::StudyRequest kept_request = request;
  // It may be gone on with from another folder.
  if (!request.output.empty()) kept_request.output = std::filesystem::absolute(request.output).string();
  ByteWriter writer;
  run::save(writer, kept_request);
  if (const Status kept = folder.value().begin(writer.bytes()); !kept) return kept.error();
  return folder;
}

/// Refused on one rank, refused on all.
Status agree_on(world::RankGroup* ranks, const Status& mine) {
  return ranks == nullptr ? mine : agree(ranks->exchange(), mine);
}

/// Makes the place for the results and for a new study's checkpoint ready, on the rank that speaks.
Status prepare_places(world::RankGroup* ranks, const std::vector<std::string>& inputs, const std::string& checkpoint,
                      const run::StudyRequest& request, std::optional<OutputFile>& file,
                      std::optional<run::CheckpointFolder>& folder) {
  const auto prepare = [&]() -> Status {
    if (!speaks()) return success();
    if (!request.output.empty()) {
      const Result<OutputFile> prepared =
          OutputFile::prepare(request.output, input_files(inputs, request.options.detectors));
      if (!prepared) return prepared.error();
      file = prepared.value();
    }
    if (!checkpoint.empty()) {
      const Result<run::CheckpointFolder> begun = begin_checkpoint(checkpoint, request);
      if (!begun) return begun.error();
      folder = begun.value();
    }
    if (!folder) return success();
    std::error_code ignored;
    const std::filesystem::path beside = std::filesystem::path(request.output).parent_path();
    if (file && std::filesystem::equivalent(beside.empty() ? "." : beside, folder->path(), ignored)) {
      return Error{request.output, "", "lies in the checkpoint's folder", "a file elsewhere"};
    }
    return folder->hold();
  };
  if (const Status ready = agree_on(ranks, prepare()); !ready) return ready;
  const auto open = [&]() -> Status {
    if (checkpoint.empty() || folder) return success();
    const Result<run::CheckpointFolder> opened = run::CheckpointFolder::open(checkpoint, false);
    if (!opened) return opened.error();
    folder = opened.value();
    return success();
  };
  return agree_on(ranks, open());
}

/// Runs what was asked, from the checkpoint `folder` on where there is one, and delivers what it found. `inputs` are
/// files that must not be overwritten.
int perform_here(const Arguments& arguments, run::StudyRequest& request, const std::vector<std::string>& inputs,
                 std::optional<run::CheckpointFolder> folder) {
  world::RankGroup* const group = request.options.ranks;
  std::optional<OutputFile> file;
  const Status ready = prepare_places(group, inputs, arguments.checkpoint, request, file, folder);
  if (!ready) return complain(ready.error(), kBadInput);
  const std::string on = group ? fmt::format(" --ranks {}", group->ranks()) : "";
  // When a rank dies, mpirun ends the others before they can say how to go on.
  if (group && folder) say_on_interrupt(fmt::format("dwell: `dwell{} resume {}` goes on", on, folder->path()));
  const Result<run::StudyResult> result = run_with_progress(arguments, request, folder);
  // On ranks a signal may have come to any of them.
  const bool stopped = group ? group->exchange().sum(stop_requested() ? 1 : 0) != 0 : stop_requested().load();
  const int code = result ? deliver(arguments, request, result.value(), file)
                          : complain(result.error(), stopped  ? kInterrupted
                                                     : folder ? kFailed
                                                              : kBadInput);
  if (stopped && folder && !group) say(fmt::format("dwell: `dwell{} resume {}` goes on\n", on, folder->path()));
  return code;
}

/// The same, alone or as one of several ranks.
int perform(const Arguments& arguments, run::StudyRequest& request, const std::vector<std::string>& inputs,
            std::optional<run::CheckpointFolder> folder) {
  const auto ranks = Ranks::join(false);
  if (!ranks) return complain(ranks.error(), kBadInput);
  const std::chrono::seconds patience = arguments.patience.value_or(kStudyPatience);
  std::optional<world::RankGroup> group;
  if (started_on_ranks()) group.emplace([&] { return ranks.value()->make_transport(patience); });
  request.options.ranks = group ? &*group : nullptr;
  request.options.ranks_here = ranks.value()->here();
  try {
    return perform_here(arguments, request, inputs, std::move(folder));
  } catch (const std::exception& error) {
    const std::string words = failure_text(error, world::remedy_of(request.options.scale));
    if (group) group->exchange().fail(words);  // from any rank, in its words
    if (dynamic_cast<const std::bad_alloc*>(&error) == nullptr) throw;
    say("dwell: " + words + "\n");
    return kFailed;
  }
}

}  // namespace

int study_command(const Arguments& arguments, std::vector<std::string> inputs) {
  const std::string word = arguments.command == Command::case_study ? kCase : arguments.subject;
  const Result<std::string> path = find_scenario(word);
  if (!path) return complain(path.error(), kBadInput);
  Result<world::Scenario> scenario = load_scenario(path.value());
  if (!scenario) return complain(scenario.error(), kBadInput);
  if (const Status status = apply_overrides(arguments, scenario.value()); !status) {
    return complain(status.error(), kBadInput);
  }
  run::StudyRequest request = request_of(arguments, scenario.value());
  inputs.push_back(path.value());
  return perform(arguments, request, inputs, {});
}

int resume_command(const Arguments& arguments) {
  const Result<run::CheckpointFolder> folder = run::CheckpointFolder::open(arguments.subject, speaks());
  if (!folder) return complain(folder.error(), kBadInput);
  const auto asked = folder.value().get(run::CheckpointFolder::kStudy);
  if (!asked) return complain(asked.error(), kBadInput);
  Result<run::StudyRequest> request =
      run::restore_request(*asked.value(), arguments.subject + ": " + std::string(run::CheckpointFolder::kStudy));
  if (!request) return complain(request.error(), kBadInput);
  if (!arguments.output.empty() || arguments.to_stdout) request.value().output = arguments.output;
  if (arguments.spread) request.value().options.spread = arguments.spread;
  return perform(arguments, request.value(), {}, folder.value());
}

}  // namespace dwell::cli
