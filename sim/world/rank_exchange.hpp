#pragma once
// What the ranks of one program tell each other outside of the engine.

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sim/core/result.hpp"
#include "sim/kernel/transport.hpp"

namespace dwell::world {

/// Blocks of bytes from every rank to every other. Calls must be the same, in the same order, on all ranks. Used by one
/// thread.
class RankExchange {
 public:
  /// By rank; good until the next call.
  using Blocks = std::vector<std::span<const std::byte>>;

  /// The transport must outlive it, and is used by nothing else.
  explicit RankExchange(kernel::Transport& transport);
  ~RankExchange();
  RankExchange(const RankExchange&) = delete;
  RankExchange& operator=(const RankExchange&) = delete;

  /// Gives `own` to all; the blocks of all ranks, this one's included. Waits for the slowest. Throws RankFailure when
  /// one is gone.
  const Blocks& all(std::span<const std::byte> own);
  /// Gives `own` to rank `to` and nothing to the others. Rank `to` has the blocks of all ranks, the others empty ones.
  const Blocks& gather(unsigned to, std::span<const std::byte> own);
  /// The sum of what each rank gives.
  std::uint64_t sum(std::uint64_t share);
  [[nodiscard]] unsigned rank() const { return transport_.rank(); }
  [[nodiscard]] unsigned ranks() const { return transport_.ranks(); }
  /// Between calls, in long work: this rank goes on (kernel::Transport::give_sign).
  void give_sign() { transport_.give_sign(); }
  /// Ends the run on all ranks.
  void fail(const std::string& message) { transport_.fail(message); }

 private:
  const Blocks& exchange(std::span<const std::byte> own, const std::vector<bool>& to);

  kernel::Transport& transport_;
  std::int64_t round_ = 0;
  std::vector<std::byte> frames_[2], empty_;  // frames by the parity of the round
  std::vector<bool> everyone_;
  Blocks blocks_;
  int exceptions_;
};

/// This program's place among the ranks that run one study.
class RankGroup {
 public:
  /// Makes one more transport among the same ranks; called as often, in the same order, on all of them.
  using MakeTransport = std::function<std::unique_ptr<kernel::Transport>()>;
  explicit RankGroup(MakeTransport make) : make_(std::move(make)), transport_(make_()), exchange_(*transport_) {}

  [[nodiscard]] unsigned rank() const { return exchange_.rank(); }
  [[nodiscard]] unsigned ranks() const { return exchange_.ranks(); }
  [[nodiscard]] RankExchange& exchange() { return exchange_; }
  /// For an engine of its own.
  [[nodiscard]] std::unique_ptr<kernel::Transport> make_transport() { return make_(); }

 private:
  MakeTransport make_;
  std::unique_ptr<kernel::Transport> transport_;
  RankExchange exchange_;
};

/// What failed on one rank fails on all, with what the first of them has to say.
Status agree(RankExchange& ranks, const Status& mine);

}  // namespace dwell::world
