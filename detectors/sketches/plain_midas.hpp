#pragma once
// The scoring core of MIDAS (Bhatia, Hooi, Yoon, Shin and Faloutsos 2020, algorithm 1) on one stream of edges u → v.
// Two Count-Min sketches of `rows` × `columns`: the total count s of an edge since the start and its count a in the
// current tick, which is emptied at the end of every tick. For an edge arriving at tick t >= 1, after it has been added
// to both (the published order),
//   score(a, s, t) = (a - s / t)² · t² / (s · (t - 1))         0 at t = 1
// 2 × 1,024 cells as published, 16 bytes a cell for the pair a, s: 33 KB. Counts of an ended tick are dropped when
// their cell is next touched, so ticks are free.

#include <bit>
#include <cstdint>

#include "detectors/api/descriptor.hpp"
#include "detectors/common/count_min.hpp"
#include "detectors/sketches/midas_ratio.hpp"
#include "sim/core/check.hpp"

namespace dwell::detect {

class PlainMidas {
 public:
  PlainMidas(std::uint32_t rows, std::uint32_t columns, std::uint64_t salt) : edges_(rows, columns, 0, salt) {}
  static PlainMidas of(const Descriptor& descriptor, std::uint64_t salt) {
    return {static_cast<std::uint32_t>(descriptor.parameter("rows")),
            static_cast<std::uint32_t>(descriptor.parameter("columns")), salt};
  }

  /// Ends the current tick.
  void tick() { ++tick_; }
  /// Ends ticks until `tick` is the current one; it must not go back.
  void tick_to(std::uint64_t tick) {
    DWELL_DEMAND(tick >= tick_ && tick <= DecayedCountMin::kMostTicks, "ticks begin at 1, never go back, below 2^28");
    tick_ = tick;
  }
  /// The cells of an edge, for adding it soon.
  struct Edge {
    DecayedCountMin::Places edge;
  };

  /// Finds the cells of the edge u → v and calls them into the cache. Ids up to 2^32 make distinct edges. `Rows` is the
  /// number of rows where it is known to the compiler, else 0.
  template <std::uint32_t Rows>
  void find(std::uint64_t u, std::uint64_t v, Edge& edge) const {
    edges_.find<Rows>(u ^ std::rotl(v, 32), edge.edge);
  }
  /// Adds the edge and returns its score as a ratio: (a·t - s)² over s.
  template <std::uint32_t Rows>
  MidasRatio add(const Edge& edge) {
    const DecayedCountMin::Pair counts = edges_.add<Rows>(edge.edge, tick_);
    const double difference = counts.current * static_cast<double>(tick_) - counts.total;
    return {difference * difference, counts.total};
  }
  /// Adds the edge and returns its score.
  double add(std::uint64_t u, std::uint64_t v) {
    Edge edge;
    find<0>(u, v, edge);
    return score(add<0>(edge));
  }
  /// The score that a ratio of the current tick stands for.
  [[nodiscard]] double score(const MidasRatio& ratio) const {
    return tick_ == 1 ? 0 : ratio.square / (ratio.total * static_cast<double>(tick_ - 1));
  }
  [[nodiscard]] std::uint64_t ticks() const { return tick_; }
  [[nodiscard]] std::uint64_t bytes() const { return edges_.bytes(); }

  void save(ByteWriter& writer) const {
    edges_.save(writer);
    writer.put(tick_);
  }
  void restore(ByteReader& reader) {
    edges_.restore(reader);
    tick_ = reader.get<std::uint64_t>();
  }
  /// Whether a restored sketch has the size it was made with.
  [[nodiscard]] bool sound() const { return edges_.sound(); }

 private:
  DecayedCountMin edges_;
  std::uint64_t tick_ = 1;
};

}  // namespace dwell::detect
