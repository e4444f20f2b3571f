#pragma once
// Which item a product page or a cart is about. Items are not stored in telemetry: they follow from a row's other
// columns, so that they cost nothing unless somebody asks.

#include <cstdint>
#include <vector>

#include "sim/commerce/params.hpp"
#include "sim/core/ids.hpp"
#include "sim/core/random.hpp"
#include "sim/telemetry/batch.hpp"

namespace dwell::commerce {

/// Members' items have popularity p(k) ~ (k + offset)^-exponent over ranks k = 1 … items (Mandelbrot 1953), by
/// inversion of the density between k - 1/2 and k + 1/2: p(1), the least exact, is within 1 % of the sum's. Scripts
/// crawl all items alike. Ids are a keyed permutation of ranks. Pages name items independently of each other.
class Catalogue {
 public:
  /// The catalogue of a run with this seed.
  Catalogue(const CatalogueParams& params, Seed seed);

  [[nodiscard]] std::uint32_t items() const { return static_cast<std::uint32_t>(ids_.size()); }
  /// Item 1 … items of a row, a pure function of page, client, token, member, source and time; 0: its page names none.
  /// About 150 ns.
  [[nodiscard]] std::uint32_t item(const telemetry::AccessBatch& rows, std::size_t row) const;
  /// The items of all rows, as a column beside the batch.
  void fill(const telemetry::AccessBatch& rows, std::vector<std::uint32_t>& items) const;

 private:
  [[nodiscard]] double rank_of(double uniform) const;

  CatalogueParams params_;
  std::uint64_t seed_;
  double least_, width_;  // of the integral of the density
  KeyedPermutation ids_;  // from rank - 1 to id - 1
};

}  // namespace dwell::commerce
