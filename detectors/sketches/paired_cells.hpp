#pragma once
// The cells of a Count-Min sketch (Cormode and Muthukrishnan 2005) that hold two numbers side by side, so that both are
// read, changed and compared at once, by instructions that every x86-64 has.

#include <emmintrin.h>

#include <array>
#include <cstdint>
#include <vector>

#include "detectors/common/count_min.hpp"
#include "detectors/common/records.hpp"
#include "sim/core/digest.hpp"

namespace dwell::detect {

/// `rows` × `columns`, 16 bytes a cell.
class PairedCells {
 public:
  static constexpr std::uint32_t kMostRows = 8;
  struct alignas(16) Cell {
    double first = 0;
    double second = 0;
    [[nodiscard]] __m128d load() const { return _mm_load_pd(&first); }
    void store(__m128d both) { _mm_store_pd(&first, both); }
  };
  /// Where a key's cells lie, one in each row. `Rows` is the number of rows where it is known to the compiler, else 0.
  template <std::uint32_t Rows>
  using Places = std::array<Cell*, Rows == 0 ? kMostRows : Rows>;

  PairedCells(std::uint32_t rows, std::uint32_t columns, std::uint64_t salt);
  /// Finds a key's cells; they are on their way into the cache when it returns.
  template <std::uint32_t Rows>
  void find(std::uint64_t key, Places<Rows>& places) {
    CellWalk walk(mix64(key + salt_term_));
    Cell* row = cells_.data();
    for (std::uint32_t r = 0; r < rows<Rows>(); ++r, row += columns_) {
      places[r] = row + walk.next(columns_);
      __builtin_prefetch(places[r], 1);
    }
  }
  template <std::uint32_t Rows>
  [[nodiscard]] std::uint32_t rows() const {
    return Rows == 0 ? rows_ : Rows;
  }
  /// Changes each of a key's cells, `rows` of them, and returns the least first and the least second number then held.
  template <std::uint32_t Rows, class Change>
  static __m128d change(const Places<Rows>& cells, std::uint32_t rows, Change change) {
    __m128d least = change_one(*cells[0], change);
    for (std::uint32_t r = 1; r < rows; ++r) least = _mm_min_pd(least, change_one(*cells[r], change));
    return least;
  }
  /// Multiplies the first number of every cell, as counts of a Decay; what falls below 2^-64 becomes 0, so that no
  /// denormal number ever appears. Some .5 ns a cell.
  void rescale_first(double factor);
  [[nodiscard]] std::uint64_t bytes() const { return cells_.capacity() * sizeof(Cell); }

  void save(ByteWriter& writer) const { put_records(writer, cells_); }
  void restore(ByteReader& reader) { cells_ = get_records<Cell>(reader); }
  /// Whether restored cells are as many as it was made with.
  [[nodiscard]] bool sound() const { return cells_.size() == static_cast<std::size_t>(rows_) * columns_; }

 private:
  template <class Change>
  static __m128d change_one(Cell& cell, Change change) {
    const __m128d now = change(cell.load());
    cell.store(now);
    return now;
  }

  std::vector<Cell> cells_;  // row by row
  std::uint32_t rows_;
  std::uint32_t columns_;
  std::uint64_t salt_term_;  // what mix64(key, salt) adds to the key
};

}  // namespace dwell::detect
