#pragma once
// Which page comes after which: a first-order Markov chain, with the way to the checkout wider for eager buyers.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/core/vocabulary.hpp"

namespace dwell::commerce {

/// Pages of an ordinary session; `address_edit` and `order_list` are reached by services and adversaries only.
inline constexpr std::uint32_t kChainPages = 9;

/// The transitions of the model card (README.md). At buying level b the ways CART → CHECKOUT and PDP → CHECKOUT are
/// b · kLevelStep times as wide as in the card (at most 0.9), the other ways from there shrink in proportion.
/// A draw costs one load and one compare: Walker's alias method (Vose 1991) on 16 columns. 18 KiB.
class PageChain {
 public:
  static constexpr std::uint32_t kLevels = 16;
  static constexpr double kLevelStep = 0.25;
  static constexpr std::uint32_t kColumns = 16;

  PageChain();

  /// `bits` are 32 uniform bits.
  [[nodiscard]] Page entry(std::uint32_t bits) const { return draw(entry_, bits); }
  [[nodiscard]] Page next(std::uint32_t level, Page from, std::uint32_t bits) const {
    return draw(rows_[level][static_cast<std::size_t>(from)], bits);
  }
  /// Expected visits of each page in a session, given P(length >= k) for k = 1… in `survival`, and weights of levels.
  [[nodiscard]] static std::array<double, kPages> expected_pages(std::span<const double> survival,
                                                                 std::span<const double> level_weights);

 private:
  struct Cell {
    std::uint32_t threshold;  // of 2^28
    Page self;
    Page alias;
  };
  using Row = std::array<Cell, kColumns>;
  static Row build(const std::array<double, kPages>& probability);
  static Page draw(const Row& row, std::uint32_t bits) {
    const Cell& cell = row[bits >> 28];
    return (bits & 0xfffffffU) < cell.threshold ? cell.self : cell.alias;
  }

  Row entry_;
  std::array<std::array<Row, kChainPages>, kLevels> rows_;
};

}  // namespace dwell::commerce
