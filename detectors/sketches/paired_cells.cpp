#include "detectors/sketches/paired_cells.hpp"

#include <limits>

#include "sim/core/check.hpp"

namespace dwell::detect {

PairedCells::PairedCells(std::uint32_t rows, std::uint32_t columns, std::uint64_t salt)
    : cells_(static_cast<std::size_t>(rows) * columns),
      rows_(rows),
      columns_(columns),
      salt_term_(CellWalk::salt_term(salt)) {
  DWELL_DEMAND(rows >= 1 && rows <= kMostRows && columns >= 1, "a sketch has one to eight rows, and columns");
}

void PairedCells::rescale_first(double factor) {
  // What would become too small is dropped before it is multiplied, so that not even the product is a denormal number.
  const double least = factor == 0 ? std::numeric_limits<double>::infinity() : 0x1p-64 / factor;
  for (Cell& cell : cells_) cell.first = (cell.first >= least ? cell.first : 0) * factor;
}

}  // namespace dwell::detect
