#include "bench/score/threshold.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "bench/score/episodes.hpp"

namespace dwell::score {
namespace {

constexpr std::size_t kLeastSorted = 1024;

struct Step {
  double score;
  std::uint32_t run;
  detect::Entity entity;
  std::int32_t first, last;
};

/// Steps from the highest score down. Budgets are spent long before the lowest kept scores, so steps are sorted as far
/// as they are asked for.
class Steps {
 public:
  Steps(std::span<const CleanRun> runs, double floor);
  [[nodiscard]] std::size_t size() const { return steps_.size(); }
  const Step& operator[](std::size_t i) {
    if (i >= sorted_) sort_beyond(i);
    return steps_[i];
  }

 private:
  static bool above(const Step& a, const Step& b) {
    return std::tie(b.score, a.run, a.entity, a.first) < std::tie(a.score, b.run, b.entity, b.first);
  }
  void sort_beyond(std::size_t i);
  std::vector<Step> steps_;
  std::size_t sorted_ = 0;
};

Steps::Steps(std::span<const CleanRun> runs, double floor) {
  for (std::uint32_t r = 0; r < runs.size(); ++r) {
    for (const Exceedance& entry : runs[r].entries) {
      const std::int32_t first = std::max(entry.first, runs[r].begin);
      const std::int32_t last = std::min(entry.last, runs[r].end - 1);
      if (entry.score > floor && first <= last) steps_.push_back({entry.score, r, entry.entity, first, last});
    }
  }
}

void Steps::sort_beyond(std::size_t i) {
  const std::size_t end = std::min(steps_.size(), std::max(kLeastSorted, 2 * (i + 1)));
  const auto at = [this](std::size_t n) { return steps_.begin() + static_cast<std::ptrdiff_t>(n); };
  if (end < steps_.size()) std::nth_element(at(sorted_), at(end), steps_.end(), above);
  std::sort(at(sorted_), at(end), above);
  sorted_ = end;
}

}  // namespace

std::vector<Threshold> find_thresholds(std::span<const CleanRun> runs, std::span<const double> budgets_per_day,
                                       double windows_per_day) {
  double days = 0;
  double floor = -std::numeric_limits<double>::infinity();
  bool dropped = false;
  for (const CleanRun& run : runs) {
    days += static_cast<double>(run.end - run.begin) / windows_per_day;
    floor = std::max(floor, run.floor);
    dropped = dropped || run.floor > 0;
  }
  std::vector<Threshold> found(budgets_per_day.size());
  std::vector<bool> open(budgets_per_day.size());
  for (std::size_t b = 0; b < found.size(); ++b) {
    found[b].days = days;
    open[b] = days * budgets_per_day[b] >= kLeastExpectedEpisodes;
  }

  Steps steps(runs, floor);
  std::map<std::pair<std::uint32_t, detect::Entity>, EpisodeSet> episodes;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < steps.size() && std::find(open.begin(), open.end(), true) != open.end();) {
    const double score = steps[i].score;
    const std::uint64_t before = total;
    for (; i < steps.size() && steps[i].score == score; ++i) {
      EpisodeSet& set = episodes[{steps[i].run, steps[i].entity}];
      total -= set.count();
      set.add(steps[i].first, steps[i].last);
      total += set.count();
    }
    for (std::size_t b = 0; b < found.size(); ++b) {
      if (!open[b] || static_cast<double>(total) <= budgets_per_day[b] * days) continue;
      open[b] = false;
      // Alerts are scores above θ, so θ = this score excludes it and everything below.
      found[b].value = std::isinf(score) ? std::numeric_limits<double>::max() : score;
      found[b].state = std::isinf(score) ? Threshold::State::over_budget : Threshold::State::found;
      found[b].episodes = std::isinf(score) ? total : before;
    }
  }
  for (std::size_t b = 0; b < found.size(); ++b) {
    if (!open[b]) continue;
    // Even all kept scores stay within the budget: the floor itself is a threshold, the least one if nothing was
    // dropped.
    found[b].state = dropped ? Threshold::State::not_calibratable : Threshold::State::found;
    found[b].value = std::isfinite(floor) ? floor : 0;
    found[b].episodes = total;
  }
  return found;
}

}  // namespace dwell::score
