#pragma once
// The scoring core of MIDAS-R (Bhatia, Hooi, Yoon, Shin and Faloutsos 2020, algorithm 2) on one stream of edges u → v.
// Six Count-Min sketches of `rows` × `columns`: for edges, for sources u and for destinations v, the total count s
// since the start and the current count a, multiplied by α at the end of every tick. For an edge arriving at tick t >=
// 1, after it has been added to all six (the published order),
//   score(a, s, t) = (a - s / t)² · t² / (s · (t - 1))         0 at t = 1
//   edge score     = max(score(edge), score(u), score(v))
// 2 × 1,024 cells and α = .5 as published; 16 bytes a cell for the pair a, s: 98 KB. Decay is applied when a cell is
// next touched and flushed to zero at 2^-64, so ticks are free and no denormal numbers appear. About 55 ns an edge.

#include <bit>
#include <cstdint>

#include "detectors/api/descriptor.hpp"
#include "detectors/common/count_min.hpp"
#include "detectors/sketches/midas_ratio.hpp"
#include "sim/core/check.hpp"

namespace dwell::detect {

class RelationalMidas {
 public:
  RelationalMidas(std::uint32_t rows, std::uint32_t columns, double alpha, std::uint64_t salt);
  static RelationalMidas of(const Descriptor& descriptor, std::uint64_t salt);

  /// Ends the current tick.
  void tick() { ++tick_; }
  /// Ends ticks until `tick` is the current one; it must not go back.
  void tick_to(std::uint64_t tick) {
    DWELL_DEMAND(tick >= tick_ && tick <= DecayedCountMin::kMostTicks, "ticks begin at 1, never go back, below 2^28");
    tick_ = tick;
  }
  using Ratio = MidasRatio;  ///< square is (a·t - s)², total is s
  /// The cells of an edge, for adding it soon.
  struct Edge {
    DecayedCountMin::Places edge, source, destination;
  };

  /// Finds the cells of the edge u → v and calls them into the cache. Ids up to 2^32 make distinct edges. `Rows` is the
  /// number of rows where it is known to the compiler, else 0.
  template <std::uint32_t Rows>
  void find(std::uint64_t u, std::uint64_t v, Edge& edge) const {
    edges_.find<Rows>(u ^ std::rotl(v, 32), edge.edge);
    sources_.find<Rows>(u, edge.source);
    destinations_.find<Rows>(v, edge.destination);
  }
  /// Adds the edge and returns its score as a ratio.
  template <std::uint32_t Rows>
  Ratio add(const Edge& edge) {
    const auto t = static_cast<double>(tick_);
    Ratio best = ratio(edges_.add<Rows>(edge.edge, tick_), t);
    const Ratio source = ratio(sources_.add<Rows>(edge.source, tick_), t);
    if (best.below(source)) best = source;
    const Ratio destination = ratio(destinations_.add<Rows>(edge.destination, tick_), t);
    return best.below(destination) ? destination : best;
  }
  /// Adds the edge and returns its score.
  double add(std::uint64_t u, std::uint64_t v) {
    Edge edge;
    find<0>(u, v, edge);
    return score(add<0>(edge));
  }
  /// The score that a ratio of the current tick stands for.
  [[nodiscard]] double score(const Ratio& ratio) const {
    return tick_ == 1 ? 0 : ratio.square / (ratio.total * static_cast<double>(tick_ - 1));
  }
  [[nodiscard]] std::uint64_t ticks() const { return tick_; }
  [[nodiscard]] std::uint64_t bytes() const { return edges_.bytes() + sources_.bytes() + destinations_.bytes(); }

  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);
  /// Whether restored sketches have the size they were made with.
  [[nodiscard]] bool sound() const { return edges_.sound() && sources_.sound() && destinations_.sound(); }

 private:
  static Ratio ratio(DecayedCountMin::Pair counts, double t) {
    const double difference = counts.current * t - counts.total;
    return {difference * difference, counts.total};
  }
  DecayedCountMin edges_;
  DecayedCountMin sources_;
  DecayedCountMin destinations_;
  std::uint64_t tick_ = 1;
};

}  // namespace dwell::detect
