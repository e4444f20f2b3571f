#pragma once
// Count-Min sketch (Cormode and Muthukrishnan 2005).
//   w = ⌈e / ε⌉ columns, d = ⌈ln(1 / δ)⌉ rows; an estimate is the least of a key's d cells;
//   it never underestimates and exceeds the truth by more than ε·N with probability at most δ.
// Linear: the merge of two sketches made alike is the sketch of both streams.

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

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
  struct Shape {
    std::uint32_t rows;
    std::uint32_t columns;
  };
  /// By guarantee: error above ε·N with probability at most δ.
  static Shape shape_for(double epsilon, double delta);
  static CountMin with_error(double epsilon, double delta, std::uint64_t salt);

  void add(std::uint64_t key, std::uint64_t amount = 1);
  [[nodiscard]] std::uint64_t estimate(std::uint64_t key) const;
  /// Finds a key's cells, one a row: `places` has room for so many. They are on their way into the cache when it
  /// returns. `Rows` is the number of rows where it is known to the compiler, else 0; so it is below.
  struct Finder {
    const std::uint32_t* cells;
    std::uint64_t salt_term;
    std::uint32_t rows;
    std::uint32_t columns;
    template <std::uint32_t Rows>
    void find(std::uint64_t key, std::uint32_t* places) const {
      CellWalk walk(mix64(key + salt_term));
      std::uint32_t row = 0;
      for (std::uint32_t r = 0; r < (Rows == 0 ? rows : Rows); ++r, row += columns) {
        places[r] = row + walk.next(columns);
        __builtin_prefetch(cells + places[r], 1);
      }
    }
  };
  [[nodiscard]] Finder finder() const { return {cells_.data(), CellWalk::salt_term(salt_), rows_, columns_}; }
  /// Calls `done(place)` for a key's cells.
  template <class Done>
  void for_each_place(std::uint64_t key, Done done) const {
    CellWalk walk(key, salt_);
    for (std::uint32_t row = 0; row < rows_ * columns_; row += columns_) done(row + walk.next(columns_));
  }
  /// All of them, row by row.
  [[nodiscard]] std::span<std::uint32_t> cells() { return cells_; }
  [[nodiscard]] std::span<const std::uint32_t> cells() const { return cells_; }
  /// As by key, for cells found before.
  template <std::uint32_t Rows>
  [[nodiscard]] std::uint64_t estimate_at(const std::uint32_t* places) const {
    std::uint32_t least = UINT32_MAX;
    for (std::uint32_t r = 0; r < rows<Rows>(); ++r) least = std::min(least, cells_[places[r]]);
    return least;
  }
  /// Whether both have the same rows, columns and salt.
  [[nodiscard]] bool made_like(const CountMin& other) const;
  void merge(const CountMin& other);
  /// Takes back what was merged: the sketch of what remains.
  void subtract(const CountMin& other);
  void clear();
  template <std::uint32_t Rows = 0>
  [[nodiscard]] std::uint32_t rows() const {
    return Rows == 0 ? rows_ : Rows;
  }
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

}  // namespace dwell::detect
