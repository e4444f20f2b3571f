#pragma once
// Counts of a sliding span in Count-Min sketches: one of the part that is being counted, one of the sum of the parts
// before. Sketches are linear (count_min.hpp), so the part that ends is added to the sum, and the oldest part taken
// away.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "detectors/common/count_min.hpp"

namespace dwell::detect {

/// Of each part only the cells it touched are kept, eight bytes a cell: a move costs in proportion to what was counted,
/// not to the sketch, and nothing else of it comes into the cache.
class SlidingCountMin {
 public:
  SlidingCountMin() = default;
  /// `empty` says how the sketches are made; `parts` are those before the one that is counted.
  SlidingCountMin(const CountMin& empty, std::size_t parts);

  [[nodiscard]] std::uint32_t rows() const { return present_.rows(); }
  /// Counts `id(i)` `amount(i)` times, at least once, for each i below `size`; `places` has room for the cells of all,
  /// row by row of the sketch within a key, and is told them. `Rows` is as for CountMin.
  template <std::uint32_t Rows, class Id, class Amount>
  void count(std::size_t size, Id id, Amount amount, std::uint32_t* places) {
    // All in variables of its own, which no store can change.
    const std::size_t rows = present_.rows<Rows>();
    const CountMin::Finder finder = present_.finder();
    std::uint32_t* const cells = present_.cells().data();
    std::uint32_t* const touched = touched_.data();
    std::size_t touched_size = touched_size_;
    const auto add = [&](std::size_t i) {
      for (std::size_t r = 0; r < rows; ++r) {
        const std::uint32_t place = places[i * rows + r];
        touched[touched_size] = place;
        touched_size += cells[place] == 0 ? 1 : 0;
        cells[place] += amount(i);
      }
    };
    const std::size_t ahead = std::min(kAhead, size);
    for (std::size_t i = 0; i < ahead; ++i) finder.find<Rows>(id(i), places + i * rows);
    for (std::size_t i = ahead; i < size; ++i) {
      finder.find<Rows>(id(i), places + i * rows);
      add(i - ahead);
    }
    for (std::size_t i = size - ahead; i < size; ++i) add(i);
    touched_size_ = touched_size;
  }
  /// Estimates of the part that is being counted, for cells that `count` told, and of those before together, too.
  template <std::uint32_t Rows>
  [[nodiscard]] std::uint64_t estimate_at(const std::uint32_t* places) const {
    return present_.estimate_at<Rows>(places);
  }
  struct Estimates {
    std::uint64_t present;
    std::uint64_t past;
  };
  [[nodiscard]] Estimates estimates(std::uint64_t key) const {
    const std::uint32_t* const present = present_.cells().data();
    const std::uint32_t* const past = past_.cells().data();
    Estimates least{UINT64_MAX, UINT64_MAX};
    present_.for_each_place(key, [&](std::uint32_t place) {  // of both sketches, as they are made alike
      least.present = std::min<std::uint64_t>(least.present, present[place]);
      least.past = std::min<std::uint64_t>(least.past, past[place]);
    });
    return least;
  }
  /// The part ends: it joins the past, the oldest leaves it, and another begins.
  void move_on();

  [[nodiscard]] std::uint64_t bytes() const;
  /// In order of cells, so that equal counts save equal bytes.
  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);

 private:
  struct Cell {
    std::uint32_t place;
    std::uint32_t count;
  };
  static constexpr std::size_t kAhead = 8;  // keys between finding a key's cells and counting it
  void list_touched();

  CountMin present_;
  CountMin past_;  // the sum of parts_
  std::vector<std::vector<Cell>> parts_;
  std::size_t oldest_ = 0;
  std::vector<std::uint32_t> touched_;  // cells of the present part above 0, and room for one more than all
  std::size_t touched_size_ = 0;
};

}  // namespace dwell::detect
