#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "bench/check/suite.hpp"
#include "bench/cli/commands.hpp"
#include "bench/cli/interrupt.hpp"
#include "bench/cli/main_command.hpp"
#include "bench/cli/output_file.hpp"
#include "bench/cli/progress.hpp"
#include "bench/cli/scenarios.hpp"
#include "bench/cli/terminal.hpp"
#include "bench/report/text.hpp"
#include "bench/run/contenders.hpp"
#include "detectors/hosts/introduction.hpp"
#include "detectors/hosts/versions.hpp"

namespace dwell::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kAll = "all";

/// What the suite is to try; a detector from outside also with other versions of what lies between.
check::Subject subject_of(const run::Contender& contender, const std::string& word) {
  check::Subject subject{contender.descriptor, contender.make, {}};
  if (hosts::is_outside(word)) {
    subject.host_bytes = hosts::kHostBytes;
    subject.refuse_other_versions = [word]() -> Result<std::string> {
      const auto reference = hosts::parse_reference(word);
      if (!reference) return reference.error();
      return hosts::refuse_other_versions(reference.value(), {});
    };
  }
  return subject;
}

Result<std::vector<run::Contender>> subjects(const Arguments& arguments) {
  const std::string& word = arguments.subject;
  if (word != kAll) {
    auto one = run::contender(word, door_of(arguments));
    if (!one) return Error{one.error().file, "dwell check-detector", one.error().found, one.error().accepted};
    return std::vector<run::Contender>{std::move(one.value())};
  }
  auto all = run::contenders({});
  if (all) std::erase_if(all.value(), [](const run::Contender& c) { return c.kind == "oracle"; });
  return all;
}

std::string lines(const std::string& name, const std::vector<check::Finding>& findings, const report::Style& style) {
  constexpr std::size_t kNote = 35;  // where notes begin
  std::string text = report::emphasise(name, report::Emphasis::bold, style) + "\n";
  for (const check::Finding& finding : findings) {
    const bool failed = finding.verdict == check::Verdict::failed;
    const std::string verdict = failed ? "FAILED" : std::string(check::to_string(finding.verdict));
    std::string line = fmt::format("  {:9}  {:24}", verdict, finding.check);
    if (!finding.note.empty()) {
      line.resize(kNote + 2, ' ');
      // Whatever a detector throws is shown on these lines.
      std::string note = finding.note;
      for (char& c : note) c = static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
      std::string wrapped = report::wrap(note, style.width, kNote + 2);
      line += wrapped;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += report::emphasise(line, failed ? report::Emphasis::bold : report::Emphasis::none, style) + "\n";
  }
  return text;
}

Json findings_json(const std::string& name, const std::vector<check::Finding>& findings) {
  Json checks = Json::array();
  for (const check::Finding& finding : findings)
    checks.push_back(
        {{"check", finding.check}, {"verdict", check::to_string(finding.verdict)}, {"note", finding.note}});
  return {{"detector", name}, {"conforms", check::conforms(findings)}, {"checks", checks}};
}

}  // namespace

int check_command(const Arguments& arguments) {
  const auto list = subjects(arguments);
  if (!list) return complain(list.error(), kBadInput);
  std::optional<OutputFile> file;
  if (!arguments.output.empty()) {
    const Result<OutputFile> prepared = OutputFile::prepare(arguments.output, input_files({}, {arguments.subject}));
    if (!prepared) return complain(prepared.error(), kBadInput);
    file = prepared.value();
  }
  catch_interrupts(arguments.quiet);
  const auto begin = std::chrono::steady_clock::now();
  std::optional<ProgressLine> progress(std::in_place, arguments.quiet, stderr_is_terminal());
  Json document = Json::array();
  std::size_t failed = 0, done = 0;
  for (const run::Contender& contender : list.value()) {
    const std::string& name = contender.descriptor.name;
    check::SuiteOptions options{.timing = true};
    options.next = [&](std::string_view check) {
      const double elapsed_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      progress->show(elapsed_s,
                     [&] { return fmt::format("{} of {}, {}: {}", done + 1, list.value().size(), name, check); });
      return !stop_requested();
    };
    const auto findings = check::check_detector(subject_of(contender, arguments.subject), options);
    if (stop_requested()) break;
    ++done;
    failed += check::conforms(findings) ? 0 : 1;
    document.push_back(findings_json(name, findings));
    progress->finish();
    if (arguments.json) continue;
    if (const int code = put(lines(name, findings, stdout_style())); code != kDone) return code;
  }
  progress.reset();
  const std::string text = document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  if (stop_requested()) {
    say("dwell: stopped before the end\n");
    return kInterrupted;
  }
  if (file) {
    if (const Status written = file->write(text); !written) return complain(written.error(), kFailed);
  } else if (arguments.json) {
    if (const int code = put(text); code != kDone) return code;
  }
  if (!arguments.json && list.value().size() > 1) {
    if (const int code = put(fmt::format("{} of {} conform\n", done - failed, done)); code != kDone) return code;
  }
  return failed == 0 ? kDone : kFailed;
}

}  // namespace dwell::cli
