#pragma once
// Ranks of a study as threads of one test.

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "sim/world/rank_exchange.hpp"

namespace dwell::world::test {

/// Transports for ranks that ask for them one by one: the n-th that each asks for belong together.
class TransportSource {
 public:
  TransportSource(unsigned ranks, std::chrono::milliseconds patience)
      : ranks_(ranks), patience_(patience), asked_(ranks) {}
  std::unique_ptr<kernel::Transport> make(unsigned rank) {
    const std::lock_guard lock(mutex_);
    const std::size_t n = asked_[rank]++;
    while (made_.size() <= n) made_.push_back(kernel::make_thread_transports(ranks_, patience_));
    return std::move(made_[n][rank]);
  }

 private:
  std::mutex mutex_;
  unsigned ranks_;
  std::chrono::milliseconds patience_;
  std::vector<std::size_t> asked_;
  std::deque<std::vector<std::unique_ptr<kernel::Transport>>> made_;
};

/// What body(group) returned on each rank; throws when one threw.
template <class Slot>
std::vector<Slot> on_rank_groups(unsigned ranks, const std::function<Slot(RankGroup&)>& body,
                                 std::chrono::milliseconds patience = std::chrono::minutes(2)) {
  TransportSource source(ranks, patience);
  std::vector<Slot> slots(ranks);
  std::vector<std::string> failures(ranks);
  std::vector<std::thread> threads;
  for (unsigned rank = 0; rank < ranks; ++rank) {
    threads.emplace_back([&, rank] {
      RankGroup group([&source, rank] { return source.make(rank); });
      try {
        slots[rank] = body(group);
      } catch (const std::exception& error) {
        failures[rank] = error.what();
        group.exchange().fail(error.what());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& failure : failures) {
    if (!failure.empty()) throw std::runtime_error(failure);
  }
  return slots;
}

}  // namespace dwell::world::test
