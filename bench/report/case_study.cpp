#include "bench/report/case_study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "bench/report/conclusion.hpp"
#include "bench/report/leaderboard.hpp"

namespace dwell::report {
namespace {

std::string heading(std::string_view text, const Style& style) { return emphasise(text, Emphasis::bold, style) + "\n"; }

/// "  label   text", wrapped under the text.
std::string entry(std::string_view label, std::size_t label_width, const std::string& text, const Style& style) {
  const std::size_t indent = 2 + label_width + 2;
  return "  " + pad(label, label_width, false) + "  " + wrap(text, style.width, indent) + "\n";
}

/// "8 (2001, 2003, …, 2015)"; of a study that was stopped "8 of 12 (2001, 2005, …)".
std::string seeds_in_words(const std::vector<std::uint64_t>& seeds) {
  constexpr std::size_t kAll = 4;
  if (seeds.empty()) return "none";
  if (seeds.size() == 1) return fmt::format("{}", seeds.front());
  std::string list;
  for (std::size_t i = 0; i < seeds.size() && (i < 2 || seeds.size() <= kAll); ++i)
    list += fmt::format("{}{}", i == 0 ? "" : ", ", seeds[i]);
  if (seeds.size() > kAll) list += fmt::format(", …, {}", seeds.back());
  return fmt::format("{} ({})", seeds.size(), list);
}

std::string readings(const world::Scenario& scenario, const Style& style) {
  if (scenario.baselines.empty()) return "";
  std::size_t name_width = 0;
  for (const world::Baseline& b : scenario.baselines) name_width = std::max(name_width, display_width(b.name));
  std::string out = heading("How long it went unnoticed: sources disagree, each is a reading", style);
  if (scenario.baselines.size() == 1) out = heading("How long it went unnoticed", style);
  for (const world::Baseline& b : scenario.baselines) {
    const std::string text = fmt::format("from {}, {} days{}{}", world::to_string(b.start), b.days,
                                         b.source.empty() ? "" : " [" + b.source + "]",
                                         b.name == scenario.baseline ? " - simulated here" : "");
    out += entry(b.name, name_width, text, style);
  }
  return out + "\n";
}

/// The rate is of what this program simulated; what it read from a checkpoint took none of its time.
std::string events_in_words(const run::StudyResult& result) {
  const run::Timing& t = result.timing;
  const auto all = static_cast<double>(result.manifest.events);
  const double read = all - t.events_per_s * t.wall_s;
  const bool whole = read < 1e-3 * all;  // less than the digits show
  const std::string here = whole ? short_count(all) : short_count(all - read);
  const std::string before =
      whole ? "" : fmt::format("{}, of which {} from a checkpoint; ", short_count(all), short_count(read));
  const std::string took = t.events_per_s > 0
                               ? fmt::format("{} in {:.1f} s, {} events/s", here, t.wall_s, short_count(t.events_per_s))
                               : fmt::format("none in {:.1f} s", t.wall_s);
  return fmt::format("{}{} on {} thread{}, peak memory {}", before, took, result.machine.threads,
                     result.machine.threads == 1 ? "" : "s", short_bytes(static_cast<double>(t.peak_rss_bytes)));
}

}  // namespace

std::string case_timeline(const world::Scenario& scenario, const Style& style) {
  const std::string& title = scenario.title.empty() ? scenario.name : scenario.title;
  std::string out = emphasise(wrap(title, style.width, 0), Emphasis::bold, style) + "\n\n";
  if (!scenario.timeline.empty()) {
    std::vector<const world::Milestone*> milestones;
    for (const world::Milestone& m : scenario.timeline) milestones.push_back(&m);
    std::stable_sort(milestones.begin(), milestones.end(),
                     [](const auto* a, const auto* b) { return a->day < b->day; });
    out += heading("What happened", style);
    for (const world::Milestone* m : milestones) {
      out += entry(world::to_string(m->day), 10, m->what + (m->source.empty() ? "" : " [" + m->source + "]"), style);
    }
    out += "\n";
  }
  return out + readings(scenario, style);
}

std::string what_was_simulated(const run::StudyResult& result, const Style& style) {
  const run::Manifest& m = result.manifest;
  std::string out = heading("What was simulated", style);
  const auto line = [&](std::string_view label, const std::string& text) { out += entry(label, 9, text, style); };
  line("scenario", fmt::format("{}, reading {}, key use {}, scale {}", m.scenario, m.baseline, m.key_use, m.scale));
  const std::string campaign =
      m.campaign_requests == 0
          ? "no campaign"
          : fmt::format("{} campaign requests a run from {} address{}",
                        short_count(static_cast<double>(m.campaign_requests)), m.sources, m.sources == 1 ? "" : "es");
  line("world",
       fmt::format("{} members on {} shards; {}", short_count(static_cast<double>(m.members)), m.shards, campaign));
  if (m.campaign_log_share > 0) {
    line("hidden in", fmt::format("while it lasts, {:.2g} of the log lines are the campaign's", m.campaign_log_share));
  }
  const std::string containment =
      m.campaign_requests == 0 ? "" : fmt::format(", containment {:g} h after detection", m.containment_hours);
  line("time", fmt::format("{:g} days of warm-up, {:g} days scored{}", m.warm_up_days, m.horizon_days, containment));
  line("seeds", fmt::format("calibration {}; evaluation {}", seeds_in_words(m.calibration_seeds),
                            seeds_in_words(m.evaluation_seeds)));
  line("events", events_in_words(result));
  line("digests", fmt::format("events {}, scenario {}", m.event_digest, m.scenario_digest));
  line("made by",
       fmt::format("dwell {} ({}), {}", m.version, m.revision.empty() ? "unknown revision" : m.revision, m.compiler));
  if (m.partial) line("partial", "stopped before the end: only finished seeds are counted");
  return out;
}

std::string study_page(const run::StudyResult& result, const std::string& results_file, const Style& style) {
  std::string out = leaderboard(result, style) + "\n" + what_was_simulated(result, style);
  if (!results_file.empty()) out += entry("results", 9, results_file, style);
  return out + "\n" + wrap(conclusion(result), style.width, 0) + "\n";
}

std::string case_study(const world::Scenario& scenario, const run::StudyResult& result, const std::string& results_file,
                       const Style& style) {
  return case_timeline(scenario, style) + study_page(result, results_file, style);
}

}  // namespace dwell::report
