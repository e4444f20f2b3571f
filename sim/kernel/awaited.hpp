#pragma once
// Whose block of a round a rank still waits for: what transports share, to give up those alone that stand still.

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace dwell::kernel {

/// Of the last two rounds asked for; a rank is at most one round ahead of another.
class Awaited {
 public:
  Awaited(unsigned rank, unsigned ranks) : rank_(rank) {
    for (auto& taken : taken_) taken.resize(ranks);
  }
  /// To be called before the others; forgets the round two before.
  void begin(std::int64_t round) {
    const auto parity = static_cast<std::size_t>(round & 1);
    if (round_[parity] == round) return;
    taken_[parity].assign(taken_[parity].size(), false);
    round_[parity] = round;
  }
  void take(std::int64_t round, unsigned rank) { taken_[round & 1][rank] = true; }
  [[nodiscard]] bool has(std::int64_t round, unsigned rank) const { return rank != rank_ && !taken_[round & 1][rank]; }

 private:
  unsigned rank_;
  std::vector<bool> taken_[2];  // by the round's parity and by rank
  std::int64_t round_[2] = {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::min()};
};

/// "1, 3": the ranks below `ranks` for which `is` holds; empty for none.
template <class Is>
std::string names_of_ranks(unsigned ranks, Is is) {
  std::string names;
  for (unsigned rank = 0; rank < ranks; ++rank) {
    if (is(rank)) names += (names.empty() ? "" : ", ") + std::to_string(rank);
  }
  return names;
}

}  // namespace dwell::kernel
