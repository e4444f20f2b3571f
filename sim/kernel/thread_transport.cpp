#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "sim/core/check.hpp"
#include "sim/kernel/awaited.hpp"
#include "sim/kernel/transport.hpp"

namespace dwell::kernel {
namespace {

/// Where the ranks meet. Everything is guarded by the mutex; a block that was taken is read by its receiver alone. As
/// between processes, a block is read where the sender keeps it until the receiver takes it, so that a sender that lets
/// it go too early is found here too.
struct Hub {
  using Clock = std::chrono::steady_clock;
  Hub(unsigned count, std::chrono::milliseconds wait) : ranks(count), patience(wait) {
    for (auto& parity : slots) parity.resize(std::size_t{count} * count);
    shares.resize(count);
    given.resize(count);
    heard.resize(count);
  }
  struct Slot {
    std::span<const std::byte> posted;  // the sender's, until it is taken
    std::vector<std::byte> taken;
    bool full = false;
  };
  Slot& slot(std::int64_t round, unsigned from, unsigned to) {
    return slots[round & 1][std::size_t{from} * ranks + to];
  }

  const unsigned ranks;
  const std::chrono::milliseconds patience;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Slot> slots[2];  // a rank is at most one round ahead of another
  std::vector<std::uint64_t> shares;
  std::vector<Clock::time_point> heard;  // when each rank last gave a sign
  std::vector<bool> given;               // by rank: whether it has given its share
  unsigned present = 0;                  // how many have
  std::uint64_t reductions = 0;          // completed
  std::uint64_t sum = 0, greatest = 0;
  std::string failure;
};

class ThreadTransport final : public Transport {
 public:
  ThreadTransport(std::shared_ptr<Hub> hub, unsigned rank)
      : hub_(std::move(hub)), rank_(rank), awaited_(rank, hub_->ranks) {}
  [[nodiscard]] unsigned rank() const override { return rank_; }
  [[nodiscard]] unsigned ranks() const override { return hub_->ranks; }

  void settle(std::int64_t round) override {
    std::unique_lock lock(hub_->mutex);
    const auto full = [&](unsigned to) { return hub_->slot(round, rank_, to).full; };
    wait(lock, "its block to be taken by", full, [&] {
      for (unsigned to = 0; to < hub_->ranks; ++to) {
        if (full(to)) return false;
      }
      return true;
    });
  }
  void post(std::int64_t round, unsigned to, std::span<const std::byte> bytes) override {
    Hub::Slot& slot = hub_->slot(round, rank_, to);
    const std::lock_guard lock(hub_->mutex);
    DWELL_DEMAND(!slot.full, "rank " + std::to_string(rank_) + " posts a block where one of its waits");
    slot.posted = bytes;
    slot.full = true;
    hub_->changed.notify_all();
  }

  Arrival take(std::int64_t round) override {
    std::unique_lock lock(hub_->mutex);
    std::optional<unsigned> from;
    awaited_.begin(round);
    const auto awaited = [&](unsigned rank) { return awaited_.has(round, rank); };
    wait(lock, "a block of", awaited, [&] {
      for (unsigned rank = 0; rank < hub_->ranks && !from; ++rank) {
        if (rank != rank_ && hub_->slot(round, rank, rank_).full) from = rank;
      }
      return from.has_value();
    });
    awaited_.take(round, *from);
    Hub::Slot& slot = hub_->slot(round, *from, rank_);
    slot.taken.assign(slot.posted.begin(), slot.posted.end());
    slot.full = false;
    hub_->changed.notify_all();
    return {*from, slot.taken};
  }

  std::uint64_t sum(std::uint64_t share) override {
    reduce(share);
    return hub_->sum;
  }
  std::uint64_t greatest(std::uint64_t share) override {
    reduce(share);
    return hub_->greatest;
  }

  void give_sign() override {
    const std::lock_guard lock(hub_->mutex);
    hub_->heard[rank_] = Hub::Clock::now();
  }

  void fail(const std::string& message) noexcept override {
    const std::lock_guard lock(hub_->mutex);
    if (hub_->failure.empty()) hub_->failure = "rank " + std::to_string(rank_) + ": " + message;
    hub_->changed.notify_all();
  }

 private:
  /// Gives up when one of the ranks that are `awaited` has been silent for too long.
  template <class Is, class Condition>
  void wait(std::unique_lock<std::mutex>& lock, const char* what, Is awaited, Condition condition) {
    const auto begin = Hub::Clock::now();
    for (;;) {
      if (!hub_->failure.empty()) throw RankFailure(hub_->failure);
      if (condition()) return;
      const auto now = Hub::Clock::now();
      const auto end_of = [&](unsigned rank) { return std::max(begin, hub_->heard[rank]) + hub_->patience; };
      auto next = now + hub_->patience;
      for (unsigned rank = 0; rank < hub_->ranks; ++rank) {
        if (awaited(rank)) next = std::min(next, end_of(rank));
      }
      if (next <= now) {
        throw RankFailure("rank " + std::to_string(rank_) + " waited " + std::to_string(hub_->patience.count()) +
                          " ms for " + what + " rank " +
                          names_of_ranks(hub_->ranks, [&](unsigned r) { return awaited(r) && end_of(r) <= now; }));
      }
      hub_->changed.wait_until(lock, next);
    }
  }
  // A result stands until the last rank has given its next share, so every rank has read it by then.
  void reduce(std::uint64_t share) {
    std::unique_lock lock(hub_->mutex);
    hub_->shares[rank_] = share;
    hub_->given[rank_] = true;
    const std::uint64_t mine = hub_->reductions;
    if (++hub_->present < hub_->ranks) {
      const auto missing = [&](unsigned rank) { return !hub_->given[rank]; };
      wait(lock, "the share of", missing, [&] { return hub_->reductions != mine; });
      return;
    }
    hub_->present = 0;
    hub_->given.assign(hub_->ranks, false);
    hub_->sum = hub_->greatest = 0;
    for (const std::uint64_t one : hub_->shares) {
      hub_->sum += one;
      hub_->greatest = std::max(hub_->greatest, one);
    }
    ++hub_->reductions;
    hub_->changed.notify_all();
  }

  std::shared_ptr<Hub> hub_;
  unsigned rank_;
  Awaited awaited_;
};

}  // namespace

std::vector<std::unique_ptr<Transport>> make_thread_transports(unsigned ranks, std::chrono::milliseconds patience) {
  DWELL_DEMAND(ranks >= 1, "at least one rank");
  const auto hub = std::make_shared<Hub>(ranks, patience);
  std::vector<std::unique_ptr<Transport>> transports;
  for (unsigned rank = 0; rank < ranks; ++rank) transports.push_back(std::make_unique<ThreadTransport>(hub, rank));
  return transports;
}

}  // namespace dwell::kernel
