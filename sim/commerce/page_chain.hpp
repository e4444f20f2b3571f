#pragma once
// Which page comes after which: a first-order Markov chain, with the way to the checkout wider for eager buyers.

#include <array>
#include <cstdint>
#include <span>

#include "sim/core/vocabulary.hpp"

namespace dwell::commerce {

/// Pages of the chain. `address_edit` and `order_list` are parts of what it calls `address` and `mypage` (README,
/// decision 11).
inline constexpr std::uint32_t kChainPages = 9;

/// Factors on the weights of all ways to a page, the first page included.
using PageWeights = std::array<double, kPages>;
inline constexpr PageWeights kCardWeights = [] {
  PageWeights weights{};
  weights.fill(1);
  return weights;
}();

/// The transitions of the model card (README.md). At buying level b the ways CART → CHECKOUT and PDP → CHECKOUT are
/// b · kLevelStep times as wide as in the card (at most 0.9), the other ways from there shrink in proportion. Then the
/// factors apply, and all ways from a page are made to add up to 1 again.
/// A draw costs one load and one compare: Walker's alias method (Vose 1991) on 16 columns. 16 KiB, of which
/// the usual levels touch 5.
class PageChain {
  static constexpr std::uint32_t kColumns = 16;
  // One column: the threshold of 2^32 below which a draw stays with the page numbered as the column, but for its low
  // byte: there are the alias and, below it, the page itself. A row is one cache line.
  struct alignas(64) Row {
    std::array<std::uint32_t, kColumns> cells;
    /// `column` are 4 uniform bits, `within` 24 more, from the top of a word of which the low byte is 0.
    [[nodiscard]] std::uint32_t draw(std::uint32_t column, std::uint32_t within) const {
      const std::uint32_t cell = cells[column];
      // No branch, which would be mispredicted every third time.
      return cell >> (static_cast<std::uint32_t>(within >= (cell & 0xffff'ff00U)) << 2) & 15U;
    }
  };

 public:
  static constexpr std::uint32_t kLevels = 16;
  static constexpr double kLevelStep = 0.25;

  /// The transitions at one level.
  class Level {
   public:
    /// The number of the page after page number `from`; `column` are 4 uniform bits, `within` up to 24 more, from the
    /// top of a word that is 0 below them.
    [[nodiscard]] std::uint32_t next(std::uint32_t from, std::uint32_t column, std::uint32_t within) const {
      return rows_[from].draw(column, within);
    }

   private:
    friend PageChain;
    std::array<Row, 16> rows_{};  // by page
  };

  explicit PageChain(const PageWeights& factors = kCardWeights);

  /// `bits` are 32 uniform bits.
  [[nodiscard]] Page entry(std::uint32_t bits) const {
    return static_cast<Page>(entry_.draw(bits >> 28, bits << 4 & 0xffff'ff00U));
  }
  [[nodiscard]] const Level& level(std::uint32_t level) const { return levels_[level]; }
  /// Expected visits of each page in a session, given P(length >= k) for k = 1… in `survival`, and weights of levels.
  [[nodiscard]] std::array<double, kPages> expected_pages(std::span<const double> survival,
                                                          std::span<const double> level_weights) const;

 private:
  static Row build(const std::array<double, kPages>& probability);

  PageWeights factors_;
  Row entry_;
  std::array<Level, kLevels> levels_;
};

}  // namespace dwell::commerce
