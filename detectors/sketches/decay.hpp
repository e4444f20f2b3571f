#pragma once
// Counts that are multiplied by `keep` at the end of every tick, without touching any: they are held in a unit that
// shrinks instead. n ticks into an epoch one count is written as keep^-n (its weight), and what is held stands for
// keep^n times as much (its value); for keep = .5 these are powers of two, and nothing is rounded. After 900 ticks, or
// where a weight would leave the numbers, an epoch ends and all that is held is rewritten once.

#include <cstdint>
#include <vector>

#include "sim/core/serial.hpp"

namespace dwell::detect {

class Decay {
 public:
  /// 0 <= keep < 1. Up to 8 KB.
  explicit Decay(double keep);
  /// What one count that arrives now adds to what is held.
  [[nodiscard]] double weight() const { return weight_; }
  /// What is held, times this, is the current count.
  [[nodiscard]] double value() const { return value_; }
  /// Ends `ticks` ticks. Where an epoch ends with them, `rescale(factor)` must multiply all that is held.
  template <class Rescale>
  void pass(std::uint64_t ticks, Rescale rescale) {
    if (ticks == 1 && elapsed_ + 1 < powers_.size()) [[likely]]
      return pass_one();
    if (ticks < powers_.size() - elapsed_) return set(elapsed_ + ticks);
    rescale(power(elapsed_ + ticks));
    set(0);
  }
  [[nodiscard]] std::uint64_t bytes() const { return powers_.capacity() * sizeof(double); }
  void save(ByteWriter& writer) const { writer.put(elapsed_); }
  void restore(ByteReader& reader);

 private:
  [[nodiscard]] double power(std::uint64_t ticks) const;
  void set(std::uint64_t elapsed) {
    elapsed_ = elapsed;
    value_ = powers_[elapsed];
    weight_ = 1 / value_;
  }
  /// The next power as it was made, without asking memory for it.
  void pass_one() {
    ++elapsed_;
    value_ *= keep_;
    weight_ = 1 / value_;
  }
  double keep_;
  std::vector<double> powers_;  // keep^n for all n of an epoch
  std::uint64_t elapsed_ = 0;   // ticks since the epoch began
  double value_ = 1;
  double weight_ = 1;
};

}  // namespace dwell::detect
