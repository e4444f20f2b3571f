#pragma once
// The scoring core of MIDAS-R (Bhatia, Hooi, Yoon, Shin and Faloutsos 2020, algorithm 2) on one stream of edges u → v.
// Six Count-Min sketches of `rows` × `columns`: for edges, for sources u and for destinations v, the total count s
// since the start and the current count a, multiplied by α at the end of every tick. For an edge arriving at tick t >=
// 1, after it has been added to all six (the published order),
//   score(a, s, t) = (a - s / t)² · t² / (s · (t - 1))         0 at t = 1
//   edge score     = max(score(edge), score(u), score(v))
// 2 × 1,024 cells and α = .5 as published; 16 bytes a cell for the pair a, s: 98 KB. Decay is applied when a cell is
// next touched and flushed to zero at 2^-64, so ticks are free and no denormal numbers appear. About 65 ns an edge.

#include <algorithm>
#include <cstdint>

#include "detectors/common/count_min.hpp"

namespace dwell::detect {

class RelationalMidas {
 public:
  RelationalMidas(std::uint32_t rows, std::uint32_t columns, double alpha, std::uint64_t salt);

  /// Ends the current tick.
  void tick() { ++tick_; }
  /// Adds the edge and returns its score.
  double add(std::uint64_t u, std::uint64_t v) {
    const double edge = score(edges_.add(mix64(u, v), tick_));
    const double source = score(sources_.add(u, tick_));
    const double destination = score(destinations_.add(v, tick_));
    return std::max({edge, source, destination});
  }
  [[nodiscard]] std::uint64_t ticks() const { return tick_; }
  [[nodiscard]] std::uint64_t bytes() const { return edges_.bytes() + sources_.bytes() + destinations_.bytes(); }

  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);
  /// Whether restored sketches have the size they were made with.
  [[nodiscard]] bool sound() const { return edges_.sound() && sources_.sound() && destinations_.sound(); }

 private:
  [[nodiscard]] double score(DecayedCountMin::Pair counts) const {
    if (tick_ == 1) return 0;
    const auto t = static_cast<double>(tick_);
    const double difference = counts.current * t - counts.total;
    return difference * difference / (counts.total * (t - 1));
  }
  DecayedCountMin edges_;
  DecayedCountMin sources_;
  DecayedCountMin destinations_;
  std::uint64_t tick_ = 1;
};

}  // namespace dwell::detect
