#include "bench/cli/main_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "bench/cli/arguments.hpp"
#include "bench/cli/command_table.hpp"
#include "bench/cli/commands.hpp"
#include "bench/cli/help.hpp"
#include "bench/cli/ranks.hpp"
#include "bench/cli/terminal.hpp"
#include "bench/run/build_info.hpp"
#include "sim/core/failure.hpp"

namespace dwell::cli {
namespace {

int dispatch(const Arguments& arguments) {
  switch (arguments.command) {
    case Command::case_study:
    case Command::run:
      return study_command(arguments);
    case Command::bench:
      return bench_command(arguments);
    case Command::export_rows:
      return export_command(arguments);
    case Command::resume:
      return resume_command(arguments);
    case Command::list:
      return list_command(arguments);
    case Command::report:
      return report_command(arguments);
    case Command::schema:
      return schema_command(arguments);
    case Command::validate:
      return validate_command(arguments);
    case Command::sensitivity:
      return sensitivity_command(arguments);
    case Command::phold:
      return phold_command(arguments);
    case Command::bench_kernel:
      return bench_kernel_command(arguments);
    case Command::check_detector:
      return check_command(arguments);
    case Command::score_series:
    case Command::score_edges:
      return stream_command(arguments);
    case Command::help:
      return put(help_text(arguments.about));
    case Command::version:
      return put(fmt::format("dwell {} ({}, {})\n", run::kVersion, run::kRevision, run::kCompiler));
  }
  return kFailed;
}

/// What several ranks do together.
bool runs_on_ranks(Command command) {
  return command == Command::case_study || command == Command::run || command == Command::bench ||
         command == Command::resume || command == Command::phold;
}

/// What shows something, which the first of several ranks does alone. Others would compute on one where several were
/// asked for.
bool only_shows(Command command) {
  return command == Command::list || command == Command::report || command == Command::schema ||
         command == Command::help || command == Command::version;
}

/// What helps a command that ran out of memory, by the options it has.
std::string remedy_of(const CommandSpec* spec) {
  const auto has = [&](std::string_view option) {
    return spec != nullptr && std::find(spec->options.begin(), spec->options.end(), option) != spec->options.end();
  };
  if (!has("scale")) return "";
  return has("threads") ? "a smaller --scale, or fewer --threads, needs less" : "a smaller --scale needs less";
}

/// What the arguments ask for; exceptions but lack of memory are defects.
int perform(const Arguments& arguments) {
  const Command command = arguments.command;
  const CommandSpec* const spec = spec_of(command);
  if (!speaks() && !runs_on_ranks(command)) return kDone;
  if (started_on_several_ranks() && !runs_on_ranks(command) && !only_shows(command)) {
    return complain({"", "dwell " + std::string(spec->name), "runs on one rank, but mpirun started several",
                     "no mpirun and no --ranks; case-study, run, bench, resume and phold run on ranks"},
                    kBadInput);
  }
  try {
    return dispatch(arguments);
  } catch (const std::bad_alloc& error) {
    return complain({"", "", failure_text(error, remedy_of(spec)), ""}, kFailed);
  }
}

}  // namespace

int main_command(int argc, const char* const* argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file that grows over its limit fails to be written, and that is said
  try {
    const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
    if (words.empty()) {
      say(help_text());
      return kBadInput;
    }
    const Result<Arguments> arguments = parse_arguments(words);
    if (!arguments) return complain(arguments.error(), kBadInput);
    return perform(arguments.value());
  } catch (const std::bad_alloc&) {
    say("dwell: out of memory\n");
  } catch (const std::exception& defect) {
    say(std::string("dwell: a defect of Dwell, please report it: ") + defect.what() + "\n");
  }
  return kFailed;
}

}  // namespace dwell::cli
