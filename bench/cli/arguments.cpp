#include "bench/cli/arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/program_options.hpp>
#include <cstddef>
#include <span>
#include <string_view>

#include "bench/cli/command_table.hpp"
#include "bench/cli/names.hpp"
#include "bench/cli/option_values.hpp"
#include "bench/cli/scenarios.hpp"
#include "bench/run/contenders.hpp"
#include "bench/run/grids.hpp"
#include "bench/score/budget.hpp"
#include "detectors/hosts/reference.hpp"

namespace dwell::cli {
namespace {

namespace po = boost::program_options;

constexpr std::uint32_t kSensitivitySeeds = 4;
constexpr std::uint32_t kCaseStudySeeds = 6;
constexpr std::uint32_t kCaseStudyCalibrationSeeds = 4;

Error detector_error(const Error& error) {
  if (error.place.starts_with("--")) return error;
  const bool general = error.place.empty() || error.place == "detector";
  return {error.file, general ? "--detector" : "--detector " + error.place, error.found, error.accepted};
}

/// Grids are read where they are asked for, and expanded, so that a study knows what was typed out.
Status read_detectors(const Values& values, std::vector<std::string>& out) {
  std::vector<std::string> typed;
  if (values.count("detector") != 0) typed = values["detector"].as<std::vector<std::string>>();
  const bool all = values["grid"].as<bool>();
  if (all || std::any_of(typed.begin(), typed.end(), [](const std::string& word) { return word.ends_with(":*"); })) {
    const auto grids = run::read_grids(project_root() + "/detectors/parameter_grids.json");
    if (!grids) return grids.error();
    auto expanded = run::expand(typed, all, grids.value());
    if (!expanded) return detector_error(expanded.error());
    typed = std::move(expanded.value());
  }
  for (std::string& name : typed) {
    if (hosts::is_outside(name)) {
      const auto reference = hosts::parse_reference(name);
      if (!reference) return reference.error();
      // A checkpoint may be gone on with from another folder.
      name = reference.value().absolute();
    } else if (const auto found = run::contender(name); !found) {
      return detector_error(found.error());
    }
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  }
  return success();
}

Status read_scale(const Values& values, std::optional<world::Scale>& out) {
  if (values.count("scale") == 0) return success();
  const Result<world::Scale> scale = world::parse_scale(values["scale"].as<std::string>());
  if (!scale) return Error{"", "--scale", scale.error().found, scale.error().accepted};
  out = scale.value();
  return success();
}

Status read_checkpoint(const Values& values, Arguments& out) {
  if (const Status status = read_text(values, "checkpoint", out.checkpoint); !status) return status.error();
  if (values.count("checkpoint-every") == 0) return success();
  const std::string& text = values["checkpoint-every"].as<std::string>();
  if (out.checkpoint.empty()) return flag_error("checkpoint-every", text, "only beside --checkpoint FOLDER");
  const Result<Duration> every = world::parse_duration(text);
  if (!every) return Error{"", "--checkpoint-every", every.error().found, every.error().accepted};
  if (every.value() < Duration::hours(1))
    return flag_error("checkpoint-every", text, "at least an hour, such as \"10d\"");
  out.checkpoint_every = every.value();
  return success();
}

/// At most a week.
Status read_patience(const Values& values, std::optional<std::chrono::seconds>& out) {
  if (values.count("patience") == 0) return success();
  std::uint32_t seconds = 0;
  if (const Status status = read_number(values, "patience", 1, 604'800, seconds); !status) return status;
  out = std::chrono::seconds(seconds);
  return success();
}

Status read_budget(const Values& values, double& out) {
  if (values.count("budget") == 0) return success();
  const std::string& text = values["budget"].as<std::string>();
  std::vector<std::string> names;
  for (const score::Budget& budget : score::kBudgets) {
    if (budget.name == text) {
      out = budget.per_day;
      return success();
    }
    names.emplace_back(budget.name);
  }
  return flag_error("budget", text, accepted_names(text, names));
}

Status read_phold(const Values& values, Arguments& out) {
  perf::PholdShape& shape = out.phold;
  for (const Status& status : {
           read_number(values, "processes", 1, perf::kMostPholdProcesses, shape.processes),
           read_number(values, "start-events", 1, perf::kMostPholdStartEvents, shape.start_events),
           read_real(values, "mean", perf::kLeastPholdUnits, perf::kMostPholdUnits, shape.mean_units),
           read_real(values, "lookahead", perf::kLeastPholdUnits, perf::kMostPholdUnits, shape.lookahead_units),
           read_real(values, "remote", 0, 1, shape.remote),
           read_real(values, "end", perf::kLeastPholdUnits, perf::kMostPholdUnits, shape.end_units),
           read_enum(values, "engine", out.engine),
       }) {
    if (!status) return status.error();
  }
  if (shape.lookahead_units > shape.mean_units) {
    return flag_error("lookahead", fmt::format("{}", shape.lookahead_units),
                      fmt::format("at most the mean, {}", shape.mean_units));
  }
  if (out.engine == EngineKind::serial && out.threads > 1) {
    return flag_error("threads", std::to_string(out.threads), "1 with --engine serial, or --engine threads");
  }
  shape.seed = Seed{out.seed};
  return success();
}

/// "-o -": to stdout whatever would have gone to the file.
Status read_dash(Arguments& out) {
  if (out.output != "-") return success();
  const bool scores = out.command == Command::score_series || out.command == Command::score_edges;
  if (scores && out.json) return flag_error("output", "-", "a file: with --json stdout has the judgement");
  const bool page = out.command == Command::list || out.command == Command::schema || out.command == Command::report;
  out.output.clear();
  out.to_stdout = true;
  if (!scores && !page) out.json = true;
  return success();
}

Status read_options(const Values& values, Arguments& out) {
  for (const Status& status : {
           read_scale(values, out.scale),
           read_number(values, "seed", 0, kMostSeed, out.seed),
           read_number(values, "seeds", 1, 500, out.seeds),
           read_number(values, "calibration-seeds", 1, 500, out.calibration_seeds),
           read_number(values, "threads", 1, 1024, out.threads),
           read_number(values, "days", 1, 3650, out.days),
           read_number(values, "detector-timeout", 1, 86400, out.detector_timeout_s),
           read_text(values, "baseline", out.baseline),
           read_enum(values, "key-use", out.key_use),
           read_enum(values, "concentration", out.concentration),
           read_enum(values, "spread", out.spread),
           read_patience(values, out.patience),
           read_text(values, "output", out.output),
           read_budget(values, out.budget_per_day),
           read_text(values, "plan", out.plan),
           read_text(values, "topics", out.topics),
           read_text(values, "pages", out.pages),
           read_text(values, "format", out.format),
       }) {
    if (!status) return status.error();
  }
  if (const Status status = read_checkpoint(values, out); !status) return status.error();
  out.costs = values["costs"].as<bool>();
  out.grid = values["grid"].as<bool>();
  if (out.command != Command::list) {
    if (const Status status = read_detectors(values, out.detectors); !status) return status.error();
  }
  out.json = values["json"].as<bool>();
  out.quiet = values["quiet"].as<bool>();
  out.in_process = values["in-process"].as<bool>();
  out.clean = values["clean"].as<bool>();
  if (const Status status = read_dash(out); !status) return status.error();
  return read_phold(values, out);
}

/// A value that begins with a minus sign would be taken for an option: "--seed -3" becomes "--seed=-3", and is then
/// refused for what it is.
std::vector<std::string> bind_negative_values(const std::vector<std::string>& words) {
  std::vector<std::string> out;
  for (const std::string& word : words) {
    const bool negative = word.size() > 1 && word[0] == '-' && (word[1] == '.' || (word[1] >= '0' && word[1] <= '9'));
    const bool after_option = !out.empty() && out.back().starts_with("--") && out.back().find('=') == std::string::npos;
    if (negative && after_option) {
      out.back() += "=" + word;
    } else {
      out.push_back(word);
    }
  }
  return out;
}

/// The options of the command among the words; of all commands when there is none.
std::vector<std::string> options_for(const std::vector<std::string>& words) {
  std::vector<std::string> names;
  for (const CommandSpec& spec : commands()) {
    if (std::find(words.begin(), words.end(), spec.name) == words.end()) continue;
    for (const std::string& option : spec.options) names.push_back("--" + option);
    names.emplace_back("--help");
    return names;
  }
  const po::options_description table = option_table();
  for (const auto& option : table.options()) {
    if (option->long_name() != "words") names.push_back("--" + option->long_name());
  }
  return names;
}

Result<Values> parse_words(const std::vector<std::string>& words) {
  const po::options_description table = option_table();
  po::positional_options_description positional;
  positional.add("words", -1);
  Values values;
  namespace style = po::command_line_style;
  try {
    po::store(po::command_line_parser(bind_negative_values(words))
                  .options(table)
                  .positional(positional)
                  .style(style::unix_style & ~style::allow_guessing)
                  .run(),
              values);
  } catch (const po::unknown_option& problem) {
    const std::string name = problem.get_option_name();
    if (name == "--ranks") return Error{"", "--ranks", "given to the program", "`./dwell --ranks N ...`, the launcher"};
    return Error{"", "", fmt::format("unknown option {}", name), accepted_names(name, options_for(words))};
  } catch (const po::multiple_occurrences& problem) {
    return Error{"", problem.get_option_name(), "given more than once", "one value"};
  } catch (const po::error_with_option_name& problem) {
    const std::string name = problem.get_option_name();
    const bool bare = is_switch(name);
    return Error{"", name, bare ? "given a value" : "without its value", bare ? "no value" : "one value"};
  } catch (const po::error& problem) {
    return Error{"", "", problem.what(), "see dwell --help"};
  }
  return values;
}

Result<Arguments> help_about(const std::string& name) {
  const Result<const CommandSpec*> found = find_command(name);
  if (!found) return found.error();
  Arguments out;
  out.about = found.value()->command;
  return out;
}

/// Where none are given: the whole catalogue and the reference case in two minutes; a sensitivity study runs two dozen
/// times.
void choose_seeds(const Values& values, Arguments& out) {
  const bool given = values.count("seeds") != 0;
  if (!given && out.command == Command::case_study) out.seeds = kCaseStudySeeds;
  if (!given && out.command == Command::sensitivity) out.seeds = kSensitivitySeeds;
  if (values.count("calibration-seeds") != 0) return;
  out.calibration_seeds = !given && out.command == Command::case_study ? kCaseStudyCalibrationSeeds : out.seeds;
}

Status refuse_foreign_options(const Values& values, const CommandSpec& spec) {
  for (const auto& [name, value] : values) {
    if (name == "words" || value.defaulted() || name == "help" || name == "version") continue;
    if (std::find(spec.options.begin(), spec.options.end(), name) != spec.options.end()) continue;
    std::string accepted;
    for (const std::string& option : spec.options) accepted += (accepted.empty() ? "--" : ", --") + option;
    return Error{"", "--" + name, fmt::format("means nothing to `dwell {}`", spec.name), accepted};
  }
  return success();
}

}  // namespace

Result<Arguments> parse_arguments(const std::vector<std::string>& words) {
  const Result<Values> parsed = parse_words(words);
  if (!parsed) return parsed.error();
  const Values& values = parsed.value();
  Arguments out;
  const std::vector<std::string> plain =
      values.count("words") == 0 ? std::vector<std::string>{} : values["words"].as<std::vector<std::string>>();
  if (values["help"].as<bool>() && plain.empty()) return out;
  // "help run --help" asks about run.
  const bool twice = plain.size() > 1 && plain.front() == "help";
  if (values["help"].as<bool>()) return help_about(plain[twice ? 1 : 0]);
  if (values["version"].as<bool>()) {
    out.command = Command::version;
    return out;
  }
  if (plain.empty()) return Error{"", "", "no command", fmt::format("{}", fmt::join(command_names(), ", "))};
  const Result<const CommandSpec*> found = find_command(plain.front());
  if (!found) return found.error();
  const CommandSpec& spec = *found.value();
  out.command = spec.command;
  const std::string usage = fmt::format("dwell {}", spec.name);
  if (const std::size_t most = spec.subject.empty() ? 1 : 2; plain.size() > most) {
    return Error{"", usage, fmt::format("found \"{}\" too many", plain[most]),
                 spec.subject.empty() ? "options only" : "one word: " + std::string(spec.subject)};
  }
  if (plain.size() == 2) out.subject = plain[1];
  if (spec.command == Command::help && !out.subject.empty()) return help_about(out.subject);
  if (spec.needed && out.subject.empty()) return Error{"", usage, "found no further word", std::string(spec.subject)};
  if (const Status status = refuse_foreign_options(values, spec); !status) return status.error();
  if (const Status status = read_options(values, out); !status) return status.error();
  choose_seeds(values, out);
  if (spec.command == Command::validate) {
    if (const Status status = read_validate(values, out.subject, out.validate); !status) return status.error();
  }
  if (spec.command == Command::score_series || spec.command == Command::score_edges) {
    if (out.detectors.size() != 1)
      return Error{"", usage, fmt::format("found {} detectors", out.detectors.size()), "one --detector NAME"};
    if (const Status status = read_stream(values, out.budget_per_day, out.stream); !status) return status.error();
  }
  return out;
}

}  // namespace dwell::cli
