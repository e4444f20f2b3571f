// The threads of a harness: each takes contenders through a block, one after the other.

#include <algorithm>
#include <atomic>
#include <exception>
#include <utility>

#include "bench/run/harness.hpp"
#include "sim/world/simulation.hpp"

namespace dwell::run {

void Harness::make_crews() {
  const bool alone = options_.executor == nullptr || options_.ranks != nullptr || order_.empty();
  crews_.resize(alone ? 1 : std::min({options_.executor->threads(), kMostCrews, order_.size()}));
  for (Crew& crew : crews_) {
    crew.lanes.resize(kBlockWindows);
    crew.clean_tables.resize(kBlockWindows);
    crew.shared_tables.resize(shared_.size());
    for (SharedTables& shared : crew.shared_tables) {
      for (auto& tables : shared.of_view) tables.resize(kBlockWindows);
    }
    for (std::vector<Lane>& lanes : crew.lanes) {
      for (const Subscription& subscription : subscriptions_) lanes.emplace_back(subscription, options_.setting.shards);
    }
  }
}

void Harness::load(Crew& crew, std::span<const BlockWindow> windows) {
  for (SharedTables& shared : crew.shared_tables) shared.made = {};
  for (std::size_t k = 0; k < windows.size(); ++k) {
    for (Lane& lane : crew.lanes[k]) {
      if (!lane.subscription().gathered) lane.load(windows[k].source);
    }
  }
}

/// The stage comes before all. Then each thread chooses the rows for itself, which takes a twentieth of what contenders
/// take with them, and takes the next contender in turn until none is left. Which thread that is changes nothing that
/// is found.
void Harness::watch(std::span<const BlockWindow> windows) {
  load(crew(), windows);
  crew().since_asked_ns();
  std::atomic<std::size_t> next = 0;
  if (!order_.empty() && is_stage(slots_[order_.front()])) take_through(crew(), order_[next++], windows);
  const auto work = [&](std::size_t thread) {
    Crew& mine = crews_[thread];
    if (thread != 0) load(mine, windows);
    mine.since_asked_ns();
    for (std::size_t at = next++; at < order_.size(); at = next++) take_through(mine, order_[at], windows);
  };
  if (crews_.size() == 1) {
    work(0);
  } else {
    options_.executor->for_each(crews_.size(), work);
  }
  share_out_tables();
}

void Harness::take_through(Crew& crew, std::size_t c, std::span<const BlockWindow> windows) {
  Slot& slot = slots_[c];
  ContenderRun& run = run_of(c);
  if (slot.views[0].detector == nullptr) return;
  try {
    if (slot.shared_table != kOwnTable) make_shared_tables(crew, slot, View::clean, windows.size());
    run_view(crew, slot, run, View::clean, windows);
    run.clean_ns += crew.since_asked_ns();
    for (const View view : {View::factual, View::placebo}) {
      if (slot.views[static_cast<std::size_t>(view)].detector == nullptr) continue;
      if (slot.shared_table != kOwnTable) make_shared_tables(crew, slot, view, windows.size());
      run_view(crew, slot, run, view, windows);
      crew.since_asked_ns();
    }
  } catch (const std::exception& error) {
    run.crash = error.what();
    slot.views = {};
    crew.since_asked_ns();
  }
  if (is_stage(slot)) share_out_stage();
}

/// The end of what a thread did is where the next begins: to ask for the time takes as long as several windows of a
/// light contender.
double Harness::Crew::since_asked_ns() {
  const auto now = std::chrono::steady_clock::now();
  return std::chrono::duration<double, std::nano>(now - std::exchange(asked, now)).count();
}

}  // namespace dwell::run
