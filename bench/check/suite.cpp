#include "bench/check/suite.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <limits>
#include <optional>

#include "sim/core/short_number.hpp"

namespace dwell::check {
namespace {

using namespace detect;
using Grouping = Handling::Grouping;

// Sixteen days: some learn for two weeks before they judge.
constexpr std::size_t kDays = 16;
constexpr std::size_t kOnset = 15 * 1440 + 600;
constexpr Plant kPlant{.from = kOnset, .windows = 180};
// Threads are tried from shortly before the campaign on: they are started anew for every window.
constexpr std::size_t kThreadsFrom = kOnset - 30;
constexpr std::size_t kThreadsUntil = kOnset + 60;

const Stream& planted() {
  static const Stream stream = make_stream(kDays, kPlant);
  return stream;
}
const Stream& clean() {
  static const Stream stream = make_stream(kDays, {});
  return stream;
}

Finding passed(std::string note = {}) { return {{}, Verdict::passed, std::move(note)}; }
Finding failed(std::string note) { return {{}, Verdict::failed, std::move(note)}; }
Finding not_applicable(std::string note) { return {{}, Verdict::not_applicable, std::move(note)}; }

/// "window 21600, source 10.11.12.13: 4.5 against 4.25" of the first difference.
std::string first_difference(const WindowScores& a, const WindowScores& b) {
  const auto text = [](const std::vector<Scores::Item>& items, std::size_t i) {
    return i < items.size() ? fmt::format("{} {}", detect::to_string(items[i].entity), items[i].value)
                            : std::string("nothing");
  };
  for (std::size_t w = 0; w < std::min(a.size(), b.size()); ++w) {
    for (std::size_t i = 0; i < std::max(a[w].size(), b[w].size()); ++i) {
      const bool both = i < a[w].size() && i < b[w].size();
      if (both && a[w][i].entity == b[w][i].entity && a[w][i].value == b[w][i].value) continue;
      return fmt::format("window {}: {} against {}", w, text(a[w], i), text(b[w], i));
    }
  }
  return "runs of different length";
}

/// "4.25", or that there was none.
std::string score_text(double score) { return std::isinf(score) ? "no score" : fmt::format("{:.4g}", score); }

std::string in_bytes(std::uint64_t bytes) { return with_prefix(static_cast<double>(bytes), "B"); }

class Suite {
  /// What a call comes to; one that throws leaves the suite broken.
  auto unbroken(const auto& call) {
    broken_ = true;
    auto result = call();
    broken_ = false;
    return result;
  }

 public:
  explicit Suite(const Subject& subject) : subject_(subject), d_(subject.descriptor) {}

  /// Whether no instance came to the end of ordinary traffic, so that nothing else can be tried.
  [[nodiscard]] bool broken() const { return broken_; }

  Finding describes_itself() {
    if (d_.name.empty() || d_.summary.empty() || d_.paper.empty()) return failed("name, summary or paper is empty");
    if (d_.memory_bound_bytes == 0) return failed("no memory bound");
    for (const Parameter& p : d_.parameters) {
      if (!(p.least <= p.value && p.value <= p.most)) return failed(p.name + " lies outside its own range");
      if (p.meaning.empty()) return failed(p.name + " has no meaning");
    }
    const auto made = unbroken([&] { return subject_.make(setting()); });
    if (made->descriptor().name != d_.name) return failed("an instance has another name: " + made->descriptor().name);
    const bool sharded = dynamic_cast<ShardedDetector*>(made.get()) != nullptr;
    const bool sequential = dynamic_cast<SequentialDetector*>(made.get()) != nullptr;
    const bool features = dynamic_cast<FeatureDetector*>(made.get()) != nullptr;
    if (sharded != (d_.form == Form::sharded) || sequential != (d_.form == Form::sequential) ||
        features != (d_.form == Form::features))
      return failed(fmt::format("an instance is not of the form {}", detect::to_string(d_.form)));
    if (features && (d_.topics != topic_bit(telemetry::Topic::access) || d_.pages != kAllPages))
      return failed("its rows are not those that the stage of feature vectors reads");
    return passed();
  }

  Finding same_seed() { return equals_base({}); }
  Finding other_seed() {
    const WindowScores& expected = base().scores;
    const Run other = run(subject_, planted(), {.seed = 6});
    return same(expected, other.scores) ? passed("the seed changes nothing: no coins") : passed("scores differ");
  }
  Finding batch_size() {
    const Finding once = equals_base({.grouping = Grouping::split});
    return once.verdict == Verdict::passed ? equals_base({.grouping = Grouping::all_at_once}) : once;
  }
  Finding threads() {
    if (d_.form == Form::sequential) return not_applicable("one instance, fed by one thread");
    return equals_base({.grouping = Grouping::threads, .grouped_from = kThreadsFrom, .grouped_until = kThreadsUntil});
  }
  Finding merge() {
    if (d_.form == Form::sequential) return not_applicable("one instance, nothing to merge");
    const Finding reversed = equals_base({.grouping = Grouping::shards_reversed});
    return reversed.verdict == Verdict::passed ? equals_base({.grouping = Grouping::random_tree}) : reversed;
  }
  Finding save_and_restore() { return equals_base({.save_at = kOnset + 3}); }
  Finding copies() { return equals_base({.clone_at = kOnset - 7}); }

  Finding no_look_ahead() {
    if (same(base().scores, without().scores, kOnset)) return passed();
    return failed("rows after " + std::to_string(kOnset) +
                  " changed a score before it: " + first_difference(base().scores, without().scores));
  }

  /// Past the days in which it learns, a campaign must stand out from all that came before, and from the same hours
  /// without it.
  Finding direction() {
    if (d_.control) return not_applicable("a control finds nothing");
    const double found = greatest(base().scores, kOnset);
    const double otherwise = greatest(without().scores, kOnset);
    const double before = greatest(base().scores, kOnset - 1440 - 600, kOnset);
    if (found > otherwise && found > before)
      return passed(score_text(found) + " over " + score_text(std::max(before, otherwise)));
    return failed(fmt::format("the planted campaign: {}; the same hours without it: {}; the day before: {}",
                              score_text(found), score_text(otherwise), score_text(before)));
  }

  Finding entities() {
    for (std::size_t w = 0; w < base().scores.size(); ++w) {
      for (const Scores::Item& item : base().scores[w]) {
        const std::string where = fmt::format("window {}: {}", w, detect::to_string(item.entity));
        if (item.entity.id > most_id(item.entity.kind))
          return failed(fmt::format("{}, which no row can hold: ids end at {}", where, most_id(item.entity.kind)));
        if (item.entity.kind == EntityKind::source && !d_.names_sources)
          return failed(where + ", but the descriptor says that it names no sources");
      }
    }
    return passed();
  }

  Finding other_versions() {
    if (!subject_.refuse_other_versions) return not_applicable("part of this program, behind no interface");
    const Result<std::string> refused = subject_.refuse_other_versions();
    return refused ? passed(refused.value()) : failed(refused.error().message());
  }

  Finding silence() {
    static const Stream silent(3 * 1440);
    run(subject_, silent);
    return passed();
  }

  Finding memory() {
    static const Stream crowd = make_crowd(240);
    const std::uint64_t ordinary = base().most_state_bytes;
    const std::uint64_t most = std::max(ordinary, run(subject_, crowd).most_state_bytes);
    const std::uint64_t host = subject_.host_bytes, bound = d_.memory_bound_bytes;
    const std::string note = fmt::format("{} of at most {}{}", in_bytes(most), in_bytes(bound - host),
                                         host == 0 ? "" : " + " + in_bytes(host) + " for the host");
    return most <= bound ? passed(note) : failed(fmt::format("{}: {} bytes too many", note, most - bound));
  }

  Finding time() {
    static const Stream rush = make_rush(120);
    double least_ns = std::numeric_limits<double>::infinity();
    for (int i = 0; i < 3; ++i) {
      const Run found = run(subject_, rush, {.timed = true});
      if (found.rows == 0) return not_applicable("it subscribes to no row of this traffic");
      least_ns = std::min(least_ns, found.core_ns / static_cast<double>(found.rows));
    }
    const std::string note = fmt::format("{:.1f} of at most {} ns an event", least_ns, d_.time_bound_ns);
    return least_ns <= d_.time_bound_ns ? passed(note) : failed(note);
  }

 private:
  const Run& base() {
    if (!base_) base_ = unbroken([&] { return run(subject_, planted()); });
    return *base_;
  }
  const Run& without() {
    if (!without_) without_ = run(subject_, clean());
    return *without_;
  }
  Finding equals_base(const Handling& handling) {
    const WindowScores& expected = base().scores;
    const Run other = run(subject_, planted(), handling);
    return same(expected, other.scores) ? passed() : failed(first_difference(expected, other.scores));
  }

  const Subject& subject_;
  const Descriptor& d_;
  std::optional<Run> base_, without_;
  bool broken_ = false;
};

struct Check {
  std::string_view name;
  Finding (Suite::*run)();
  bool times = false;
  bool runs = true;  ///< tries an instance
};
constexpr Check kChecks[] = {
    {"describes itself", &Suite::describes_itself},
    {"same seed, same scores", &Suite::same_seed},
    {"other seed", &Suite::other_seed},
    {"size of batches", &Suite::batch_size},
    {"number of threads", &Suite::threads},
    {"merge equals whole", &Suite::merge},
    {"save and restore", &Suite::save_and_restore},
    {"copies are apart", &Suite::copies},
    {"no look-ahead", &Suite::no_look_ahead},
    {"direction of scores", &Suite::direction},
    {"entities", &Suite::entities},
    {"windows without rows", &Suite::silence},
    {"other versions", &Suite::other_versions, false, false},
    {"memory bound", &Suite::memory},
    {"time bound", &Suite::time, true},
};

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed:
      return "passed";
    case Verdict::failed:
      return "failed";
    case Verdict::not_tried:
      return "not tried";
    case Verdict::not_applicable:
      break;
  }
  return "n/a";
}

std::vector<Finding> check_detector(const Subject& subject, const SuiteOptions& options) {
  Suite suite(subject);
  std::vector<Finding> findings;
  for (const Check& check : kChecks) {
    if (check.times && !options.timing) continue;
    if (options.next && !options.next(check.name)) continue;
    Finding finding;
    try {
      if (check.runs && suite.broken()) {
        finding.verdict = Verdict::not_tried;
      } else {
        finding = (suite.*check.run)();
      }
    } catch (const std::exception& problem) {
      finding = failed(problem.what());
    }
    finding.check = check.name;
    findings.push_back(std::move(finding));
  }
  return findings;
}

bool conforms(const std::vector<Finding>& findings) {
  return std::none_of(findings.begin(), findings.end(),
                      [](const Finding& finding) { return finding.verdict == Verdict::failed; });
}

}  // namespace dwell::check
