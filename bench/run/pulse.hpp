#pragma once
// Signs for other ranks while the threads of this one run whole seeds: a phase may last for hours, and who is done with
// its part waits for the others.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "sim/world/rank_exchange.hpp"

namespace dwell::run {

/// Made by the thread that may speak to other ranks; the others' progress is told by it as well.
class Pulse {
 public:
  /// nullptr: nobody waits, and nothing is done.
  explicit Pulse(world::RankGroup* ranks) : ranks_(ranks) {}

  /// Some thread has made progress.
  void beat() {
    if (ranks_ == nullptr) return;
    beats_.fetch_add(1, std::memory_order_relaxed);
    if (std::this_thread::get_id() == speaker_) tell();
  }
  /// Some other thread has no more to do.
  void leave() {
    const std::lock_guard lock(mutex_);
    ++left_;
    changed_.notify_all();
  }
  /// The speaker has no more to do: until so many other threads have left it tells of their progress.
  void wait_for(std::size_t others) {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, kLook, [&] { return left_ == others; })) {
      if (ranks_ != nullptr) tell();
    }
  }

 private:
  static constexpr std::chrono::milliseconds kLook{20};
  /// Only when there was progress since the last time: who hangs is not alive.
  void tell() {
    const std::uint64_t beats = beats_.load(std::memory_order_relaxed);
    if (beats != told_) ranks_->exchange().give_sign();
    told_ = beats;
  }

  world::RankGroup* ranks_;
  std::thread::id speaker_ = std::this_thread::get_id();
  std::atomic<std::uint64_t> beats_{0};
  std::uint64_t told_ = 0;  // the speaker's
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t left_ = 0;
};

}  // namespace dwell::run
