#pragma once
// xStream (Manzoor, Lamba and Akoglu 2018): density of random projections at many scales, by half-space chains.
//   y_i       k projections: weights √(3/k) {-1, 0, +1} with probabilities 1/6, 2/3, 1/6
//   Δ_i       half the range of y_i over the first window
//   Chain     at each of d levels a projection p is drawn; when it comes for the first time in the chain
//             z_p = (y_p + s_p) / Δ_p, s_p ~ U(0, Δ_p), and each further time z_p ← 2 z_p - s_p / Δ_p: half the width.
//             The bin of level l is the floors of all z drawn so far.
//   Counts    of bins, by chain in a Count-Min sketch (2 rows of 2,048), over a window of n points; those of the window
//             before judge this one
//   score     log2(1 + n) + 1 - mean over chains of min over levels of (log2(1 + count) + level)
// which is the paper's score with its sign turned and its greatest value taken as 0. Projections are those of its
// streamhash: of a column by its number.
//
// Defaults: k 100, c 100 chains, d 15; n 256. On telemetry: hourly residuals of 16 features, so a window is 10.7 days;
// tier T0. Nothing is scored in the first window. Cost: c d look-ups, 20 us a point. State: 16 KB a chain for
// both sketches, whose counts of a cell lie side by side, 1.7 MB. Check: scores by exact counts of bins to 1e-9, where
// the sketch is wide enough for no collision.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "detectors/api/detector.hpp"
#include "sim/core/serial.hpp"

namespace dwell::detect {

class XStream {
 public:
  static Descriptor describe();
  XStream(const Descriptor& descriptor, std::size_t dimension, Seed seed);

  double step(std::span<const double> point);

  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);
  [[nodiscard]] std::uint64_t bytes() const;

  /// The draws: the sign of a column in a projection (-1, 0, 1), the projection of a chain's level, and s_p / Δ_p.
  static int sign(Seed seed, std::uint32_t projection, std::uint32_t column);
  static std::uint32_t projection(Seed seed, std::uint32_t chain, std::uint32_t level, std::uint32_t projections);
  static double shift(Seed seed, std::uint32_t chain, std::uint32_t projection);

 private:
  struct Level {
    std::uint32_t projection;
    std::int32_t before;  // level at which the chain drew it last; -1 for the first time
    double shift;
  };
  /// A cell of a chain's two Count-Min sketches. Counts end at 65,535: a window has no more points.
  struct Cell {
    std::uint16_t reference = 0;
    std::uint16_t latest = 0;
  };
  [[nodiscard]] std::vector<double> project(std::span<const double> x) const;
  [[nodiscard]] std::vector<double> in_bins(std::vector<double> y) const;
  double pass(std::span<const double> y, bool scores);
  template <std::uint32_t kRows>
  double pass_rows(std::span<const double> y, bool scores);
  template <std::uint32_t kRows>
  void find_cells(std::span<const double> y, std::uint32_t chain, std::uint32_t* out);
  void begin();
  void end_window();

  std::size_t dimension_;
  std::uint32_t projections_, chains_, depth_, window_, rows_, columns_;
  std::vector<double> weights_;  // column by column
  std::vector<Level> levels_;    // chain by chain
  std::vector<double> log_;      // log2(1 + count)
  std::vector<double> first_;    // points until the ranges are known
  std::vector<double> delta_;    // empty until then
  std::vector<Cell> cells_;      // chain by chain, row by row; two sketches over the same cells
  std::uint32_t counted_ = 0;
  std::vector<double> z_;                            // scratch: by level
  std::vector<std::uint64_t> terms_;                 // scratch: of the bin's number, by level
  std::array<std::vector<std::uint32_t>, 2> found_;  // scratch: cells of two chains, by level and row
};

extern const CatalogueEntry xstream_entry;

}  // namespace dwell::detect
