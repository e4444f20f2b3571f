#pragma once
// Tables for draws on the event path: a few nanoseconds and no branches worth the name.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "sim/core/check.hpp"
#include "sim/core/time.hpp"

namespace dwell {

/// Walker's alias method (Vose 1991) in integers: draws i in [0, n) with probability weight[i]/sum to within 2^-32,
/// counted exactly over all 2^32 values of `bits`; a weight of zero is never drawn. Built once; a draw costs one
/// multiply, one load, one compare. Weights >= 0, finite, sum > 0, 1 <= n <= 65,536; else InvariantError. 8 n bytes.
class AliasTable {
 public:
  AliasTable() = default;
  explicit AliasTable(std::span<const double> weights);

  /// `bits` are 32 uniform bits; the high part of bits * n chooses the column, the low part the side.
  [[nodiscard]] std::uint32_t draw(std::uint32_t bits) const {
    DWELL_ASSERT(size_ != 0);
    const std::uint64_t wide = static_cast<std::uint64_t>(bits) * size_;
    const Cell cell = cells_[static_cast<std::size_t>(wide >> 32)];
    return static_cast<std::uint32_t>(wide) < cell.threshold ? cell.self : cell.alias;
  }
  [[nodiscard]] std::uint32_t size() const { return size_; }

 private:
  struct Cell {
    std::uint32_t threshold;
    std::uint16_t self;
    std::uint16_t alias;
  };
  std::vector<Cell> cells_;
  std::uint32_t size_ = 0;
};

/// Inverse of a continuous distribution on durations: 4,096 quantiles in integer microseconds, with linear
/// interpolation; the outermost cells are refined into 4,096 of their own, so the tails keep their shape to 6e-8. For
/// lognormal and exponential durations the distribution function errs by less than 3e-5 anywhere, the mean by 1e-4 of
/// itself. `draw` never decreases in `bits`.
class DurationTable {
 public:
  DurationTable() = default;
  /// `quantile_us(p)` for 0 < p < 1, non-decreasing, may be negative; rounded to whole microseconds and clamped to
  /// [least, most]. InvariantError if it decreases or is not a number. 96 KiB, of which draws touch 32 when they
  /// lie in [0, 2^32) us.
  DurationTable(const std::function<double(double)>& quantile_us, Duration least, Duration most);

  /// `bits` are 32 uniform bits.
  [[nodiscard]] Duration draw(std::uint32_t bits) const {
    DWELL_ASSERT(!low_.empty());
    const std::uint32_t cell = bits >> 20;
    if (cell - 1 >= narrow_cells_) [[unlikely]] {
      if (cell - 1 >= kCells - 2)  // the first or the last
        return interpolate(cell == 0 ? low_ : high_, (bits >> 8) & 0xfffU, bits & 0xffU, 8);
      return interpolate(body_, cell, bits & 0xfffffU, 20);
    }
    const Narrow knot = narrow_[cell];
    return {static_cast<std::int64_t>(knot.us + ((std::uint64_t{knot.span_us} * (bits & 0xfffffU)) >> 20))};
  }

 private:
  static constexpr std::uint32_t kCells = 4096;
  static Duration interpolate(const std::vector<std::int64_t>& knots, std::uint32_t cell, std::uint32_t fraction,
                              int bits) {
    const std::int64_t a = knots[cell];
    const std::int64_t b = knots[cell + 1];
    // Of b - a >= 0, the part above 2^bits and the part below are multiplied apart, so that neither overflows.
    const std::int64_t span = b - a;
    const std::int64_t mask = (std::int64_t{1} << bits) - 1;
    return {a + (span >> bits) * fraction + (((span & mask) * fraction) >> bits)};
  }
  struct Narrow {
    std::uint32_t us, span_us;  // of a cell: its first duration and how far the next cell's is
  };
  // kCells + 1 knots each; the body's cells instead where their durations lie in [0, 2^32) us.
  std::vector<std::int64_t> body_, low_, high_;
  std::vector<Narrow> narrow_;
  std::uint32_t narrow_cells_ = 0;  // cells 1 to this one are drawn from narrow_
};

}  // namespace dwell
