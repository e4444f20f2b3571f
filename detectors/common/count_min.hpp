#pragma once
// Count-Min sketch (Cormode and Muthukrishnan 2005), with total counts and counts decayed once a tick.
//   w = ⌈e / ε⌉ columns, d = ⌈ln(1 / δ)⌉ rows; an estimate is the least of a key's d cells;
//   it never underestimates and exceeds the truth by more than ε·N with probability at most δ.
// Linear: the merge of two sketches made alike is the sketch of both streams.

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "detectors/common/records.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/serial.hpp"

namespace dwell::detect {

/// Where a key's cells lie: from one 64-bit mix, by double hashing.
struct CellWalk {
  CellWalk(std::uint64_t key, std::uint64_t salt) : CellWalk(mix64(key, salt)) {}
  /// What a salt adds to a key, known before keys come: CellWalk(mix64(key + salt_term(salt))) is CellWalk(key, salt).
  static constexpr std::uint64_t salt_term(std::uint64_t salt) { return 0x9e3779b97f4a7c15ULL * (salt + 1); }
  explicit CellWalk(std::uint64_t hash) : at(hash), step(hash << 32 | 1U) {}
  std::uint32_t next(std::uint32_t columns) {
    const auto column = static_cast<std::uint32_t>(((at >> 32) * columns) >> 32);
    at += step;
    return column;
  }
  std::uint64_t at;
  std::uint64_t step;
};

/// Four bytes a cell: what is counted in one must stay below 2^32.
class CountMin {
 public:
  CountMin() = default;
  CountMin(std::uint32_t rows, std::uint32_t columns, std::uint64_t salt);
  /// By guarantee: error above ε·N with probability at most δ.
  static CountMin with_error(double epsilon, double delta, std::uint64_t salt);

  void add(std::uint64_t key, std::uint64_t amount = 1);
  [[nodiscard]] std::uint64_t estimate(std::uint64_t key) const;
  /// Finds a key's cells, one a row: `places` has room for so many. They are on their way into the cache when it
  /// returns.
  void find(std::uint64_t key, std::uint32_t* places) const {
    CellWalk walk(key, salt_);
    for (std::uint32_t r = 0; r < rows_; ++r) {
      places[r] = r * columns_ + walk.next(columns_);
      __builtin_prefetch(&cells_[places[r]], 1);
    }
  }
  /// The same as by key, for cells found before.
  void add_at(const std::uint32_t* places) {
    for (std::uint32_t r = 0; r < rows_; ++r) ++cells_[places[r]];
  }
  [[nodiscard]] std::uint64_t estimate_at(const std::uint32_t* places) const {
    std::uint32_t least = UINT32_MAX;
    for (std::uint32_t r = 0; r < rows_; ++r) least = std::min(least, cells_[places[r]]);
    return rows_ == 0 ? 0 : least;
  }
  /// A sliding sum moves on, of which this is the sum: `oldest` leaves it, `newest` enters it and takes the place of
  /// the oldest, and is emptied.
  void slide(CountMin& oldest, CountMin& newest);
  void merge(const CountMin& other);
  /// Takes back what was merged: the sketch of what remains.
  void subtract(const CountMin& other);
  void clear();
  [[nodiscard]] std::uint32_t rows() const { return rows_; }
  [[nodiscard]] std::uint32_t columns() const { return columns_; }
  [[nodiscard]] std::uint64_t bytes() const { return cells_.capacity() * sizeof(std::uint32_t); }

  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);

 private:
  std::vector<std::uint32_t> cells_;  // row by row
  std::uint32_t rows_ = 0;
  std::uint32_t columns_ = 0;
  std::uint64_t salt_ = 0;
};

/// Two Count-Min sketches over the same cells: counts since the start, and counts multiplied by `keep` at every tick.
/// The decay is applied when a cell is next touched, so a tick costs nothing; what has decayed below 2^-64 of one count
/// is zero, so no denormal number ever appears. 16 bytes a cell; ticks below 2^28, counts below 2^36.
class DecayedCountMin {
 public:
  static constexpr std::uint32_t kMostRows = 8;
  static constexpr std::uint64_t kMostTicks = (1ULL << 28) - 1;
  struct Pair {
    double current;
    double total;
  };
  DecayedCountMin() = default;
  DecayedCountMin(std::uint32_t rows, std::uint32_t columns, double keep, std::uint64_t salt);

  /// Where a key's cells lie, one in each row.
  using Places = std::array<std::uint32_t, kMostRows>;

  /// Adds one at `tick`, which must not go back, and returns the estimates that include it.
  Pair add(std::uint64_t key, std::uint64_t tick) {
    Places places;
    find<0>(key, places);
    return add<0>(places, tick);
  }
  /// The same for a key that was found before. `Rows` is the number of rows where it is known to the compiler, else 0.
  template <std::uint32_t Rows>
  Pair add(const Places& places, std::uint64_t tick) {
    Pair least{0, 0};
    Cell* const cells = cells_.data();
    const double* const power = power_.data();
    const std::uint64_t last_power = last_power_;
    for (std::uint32_t r = 0; r < rows<Rows>(); ++r) {
      Cell& cell = cells[places[r]];
      const std::uint64_t elapsed = tick - (cell.total_tick & kTickMask);
      const double current = cell.current * power[std::min(elapsed, last_power)] + 1.0;
      const std::uint64_t total_tick = cell.total_tick + (1ULL << kTickBits) + elapsed;
      cell = {current, total_tick};
      // Counts stay far below 2^63, and signed numbers convert faster.
      const auto counted = static_cast<double>(static_cast<std::int64_t>(total_tick >> kTickBits));
      least.current = r == 0 ? current : std::min(least.current, current);
      least.total = r == 0 ? counted : std::min(least.total, counted);
    }
    return least;
  }
  /// Finds a key's cells; they are on their way into the cache when it returns.
  template <std::uint32_t Rows>
  void find(std::uint64_t key, Places& places) const {
    CellWalk walk(mix64(key + salt_term_));
    const Cell* const cells = cells_.data();
    std::uint32_t row = 0;
    for (std::uint32_t r = 0; r < rows<Rows>(); ++r, row += columns_) {
      places[r] = row + walk.next(columns_);
      __builtin_prefetch(&cells[places[r]], 1);
    }
  }
  [[nodiscard]] std::uint64_t bytes() const {
    return cells_.capacity() * sizeof(Cell) + power_.capacity() * sizeof(double);
  }

  void save(ByteWriter& writer) const { put_records(writer, cells_); }
  void restore(ByteReader& reader) { cells_ = get_records<Cell>(reader); }
  [[nodiscard]] bool sound() const { return cells_.size() == static_cast<std::size_t>(rows_) * columns_; }

 private:
  static constexpr unsigned kTickBits = 28;
  static constexpr std::uint64_t kTickMask = kMostTicks;
  static constexpr std::size_t kPowers = 4096;  // at most
  template <std::uint32_t Rows>
  [[nodiscard]] std::uint32_t rows() const {
    return Rows == 0 ? rows_ : Rows;
  }
  struct Cell {
    double current;
    std::uint64_t total_tick;  // count since the start, above the tick of the last change
  };
  std::vector<Cell> cells_;
  std::vector<double> power_;  // keep^i, up to where it falls below 2^-64, then 0
  std::uint64_t last_power_ = 0;
  std::uint32_t rows_ = 0;
  std::uint32_t columns_ = 0;
  std::uint64_t salt_term_ = 0;  // what mix64(key, salt) adds to the key
};

}  // namespace dwell::detect
