#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "bench/cli/commands.hpp"
#include "bench/cli/interrupt.hpp"
#include "bench/cli/main_command.hpp"
#include "bench/cli/output_file.hpp"
#include "bench/cli/progress.hpp"
#include "bench/cli/terminal.hpp"
#include "bench/report/text.hpp"
#include "bench/run/build_info.hpp"
#include "bench/stream/score.hpp"
#include "detectors/catalogue.hpp"
#include "detectors/chosen.hpp"
#include "detectors/hosts/reference.hpp"

namespace dwell::cli {
namespace {

using Json = nlohmann::ordered_json;

/// Scores as they come: to the file, to stdout, or nowhere.
class ScoreLines {
 public:
  ScoreLines(const std::optional<OutputFile>& file, bool to_stdout) : to_stdout_(to_stdout) {
    if (file) writer_.emplace(*file);
  }
  Status add(double score) {
    if (!writer_ && !to_stdout_) return success();
    fmt::format_to(std::back_inserter(text_), "{}\n", score);
    return text_.size() < kPiece ? success() : flush();
  }
  Status finish() {
    if (const Status flushed = flush(); !flushed) return flushed;
    return writer_ ? writer_->finish() : success();
  }
  /// stdout could not be written to, which was said.
  [[nodiscard]] bool lost() const { return lost_; }

 private:
  static constexpr std::size_t kPiece = 1U << 16;
  Status flush() {
    Status status = success();
    if (writer_) {
      status = writer_->append({text_.data(), text_.size()});
    } else if (to_stdout_ && put({text_.data(), text_.size()}) != kDone) {
      lost_ = true;
      status = Error{"standard output", "", "cannot be written", ""};
    }
    text_.clear();
    return status;
  }
  bool to_stdout_, lost_ = false;
  std::optional<OutputFile::Writer> writer_;
  fmt::memory_buffer text_;
};

/// Names of the detectors that can be used so; those of the catalogue that cannot see telemetry's rows only.
Error cannot(const std::string& chosen, bool edges) {
  std::string names;
  for (const detect::CatalogueEntry& entry : detect::catalogue()) {
    const bool can = edges ? entry.make_edges != nullptr : entry.make_series != nullptr;
    if (can) names += (names.empty() ? "" : ", ") + entry.describe().name;
  }
  return Error{"", "--detector", fmt::format("{} scores no {}", chosen, edges ? "edges" : "series"),
               names.empty() ? "no detector does" : names};
}

/// Refuses parameters that were typed and do nothing here.
Status refuse_unused(const detect::Chosen& chosen, bool edges) {
  const auto of_telemetry = [](const detect::Parameter& p) { return p.use == detect::Use::telemetry; };
  std::string used;
  for (const detect::Parameter& p : chosen.descriptor.parameters)
    if (!of_telemetry(p)) used += (used.empty() ? "" : ", ") + p.name;
  for (const detect::Parameter& p : chosen.descriptor.parameters) {
    if (!of_telemetry(p) || std::find(chosen.set.begin(), chosen.set.end(), p.name) == chosen.set.end()) continue;
    return Error{"", "--detector " + chosen.entry->describe().name,
                 fmt::format("found \"{}\", which {} no use for", p.name, edges ? "edges have" : "a series has"), used};
  }
  return success();
}

Json number_or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json outcome_json(const std::string& file, const std::string& detector, const stream::Outcome& outcome) {
  Json columns = Json::object();
  for (const auto& [role, name] : outcome.columns) {
    if (role == "value") {
      columns[role].push_back(name);
    } else {
      columns[role] = name;
    }
  }
  Json out = {{"file", file},         {"detector", detector}, {"version", run::kVersion}, {"revision", run::kRevision},
              {"rows", outcome.rows}, {"columns", columns}};
  if (!outcome.evaluation) return out;
  const stream::Evaluation& e = *outcome.evaluation;
  out["labelled"] = e.labelled;
  out["auc"] = number_or_null(e.auc);
  out["auc_error"] = e.auc_error;
  out["budget"] = e.budget;
  out["threshold"] = number_or_null(e.threshold);
  out["alerts"] = e.alerts;
  out["precision_at_budget"] = e.precision;
  out["unit"] = outcome.unit;
  out["delay"] = number_or_null(e.delay);
  out["spans"] = e.spans;
  out["spans_alerted"] = e.spans_alerted;
  out["delays"] = Json::array();
  for (const stream::Span& span : e.listed)
    out["delays"].push_back({{"begin", span.begin}, {"end", span.end}, {"delay", number_or_null(span.delay)}});
  return out;
}

std::string delay_in_words(double delay, const std::string& unit) {
  if (unit != "s") return fmt::format("{:.4g} {}", delay, unit);
  constexpr double kDayS = 86'400;
  return delay < 60 ? fmt::format("{:.3g} s", delay) : report::short_time(delay / kDayS);
}

std::string outcome_page(const std::string& file, const std::string& detector, const stream::Outcome& outcome) {
  std::string columns;
  for (const auto& [role, name] : outcome.columns)
    columns += fmt::format("{}{}={}", columns.empty() ? "" : ", ", role, name);
  std::string text =
      report::wrap(fmt::format("{} over {}: {} rows; columns: {}.", detector, file, outcome.rows, columns), 80, 0) +
      "\n";
  if (!outcome.evaluation) return text + "No column of labels, so nothing to judge the scores by.\n";
  const stream::Evaluation& e = *outcome.evaluation;
  text += fmt::format("Labelled rows        {} in {} span{}\n", e.labelled, e.spans, e.spans == 1 ? "" : "s");
  text += !e.auc             ? "AUC                  none: all rows are labelled alike\n"
          : e.auc_error == 0 ? fmt::format("AUC                  {:.4f} (exact)\n", *e.auc)
                             : fmt::format("AUC                  {:.4f} (within {:.1e})\n", *e.auc, e.auc_error);
  text += fmt::format("Precision at budget  {:.4f}: of {} alert{}, at most {}\n", e.precision, e.alerts,
                      e.alerts == 1 ? "" : "s", e.budget);
  text += fmt::format("Delay                {}, mean over the {} of {} spans with an alert\n",
                      e.delay ? delay_in_words(*e.delay, outcome.unit) : "none", e.spans_alerted, e.spans);
  return text;
}

Result<stream::Outcome> score(const Arguments& arguments, const detect::Chosen& chosen, ScoreLines& lines) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin = Clock::now();
  ProgressLine line(arguments.quiet, stderr_is_terminal());
  const stream::Progress progress = [&](double done, std::uint64_t rows) {
    const double elapsed_s = std::chrono::duration<double>(Clock::now() - begin).count();
    line.show(elapsed_s, [&] {
      const std::string share = done > 0 ? fmt::format("{:.0f} %, ", 100 * done) : "";
      return fmt::format("scoring, rows: {}{}{}", share, report::short_count(static_cast<double>(rows)),
                         time_to_go(done, elapsed_s));
    });
    return !stop_requested();
  };
  const stream::Sink sink = [&](double value) { return lines.add(value); };
  const StreamArguments& asked = arguments.stream;
  if (arguments.command == Command::score_series) {
    const auto make = [&](std::size_t columns) { return chosen.entry->make_series(chosen.descriptor, columns); };
    return stream::score_series(arguments.subject, asked.series, asked.budget, make, sink, progress);
  }
  const auto detector = chosen.entry->make_edges(chosen.descriptor);
  return stream::score_edges(arguments.subject, asked.edges, asked.budget, *detector, sink, progress);
}

}  // namespace

int stream_command(const Arguments& arguments) {
  const bool edges = arguments.command == Command::score_edges;
  const std::string& typed = arguments.detectors.front();
  if (hosts::is_outside(typed)) return complain(cannot(typed, edges), kBadInput);
  const Result<detect::Chosen> found = detect::choose_detector(typed);
  if (!found) return complain(found.error(), kBadInput);
  const detect::Chosen& chosen = found.value();
  if (edges ? chosen.entry->make_edges == nullptr : chosen.entry->make_series == nullptr)
    return complain(cannot(chosen.descriptor.name, edges), kBadInput);
  if (const Status used = refuse_unused(chosen, edges); !used) return complain(used.error(), kBadInput);
  std::optional<OutputFile> file;
  if (!arguments.output.empty()) {
    const Result<OutputFile> prepared =
        OutputFile::prepare(arguments.output, input_files({arguments.subject}, arguments.detectors));
    if (!prepared) return complain(prepared.error(), kBadInput);
    file = prepared.value();
  }
  catch_interrupts(arguments.quiet);
  const bool scores_to_stdout = !file && !arguments.json;
  ScoreLines lines(file, scores_to_stdout);
  const Result<stream::Outcome> outcome = score(arguments, chosen, lines);
  if (lines.lost()) return kFailed;
  if (!outcome) return complain(outcome.error(), kBadInput);
  if (!outcome.value().finished) {
    say("dwell: stopped before the end\n");
    return kInterrupted;
  }
  if (const Status written = lines.finish(); !written)
    return lines.lost() ? kFailed : complain(written.error(), kFailed);
  if (arguments.json)
    return put(outcome_json(arguments.subject, chosen.descriptor.name, outcome.value())
                   .dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
               "\n");
  const std::string source = arguments.subject == "-" ? "standard input" : arguments.subject;
  const std::string page = outcome_page(source, chosen.descriptor.name, outcome.value());
  if (!scores_to_stdout) return put(page);
  if (!arguments.quiet) say(page);
  return kDone;
}

}  // namespace dwell::cli
