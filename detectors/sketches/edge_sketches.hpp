#pragma once
// What MIDAS-R and MIDAS-F keep of one stream of edges u → v: three Count-Min sketches of `rows` × `columns`, for
// edges, for sources u and for destinations v, whose cells hold a current count, in the unit of a Decay, beside
// something that ticks leave as it is. No cell is touched at the end of a tick but once in 900 (decay.hpp).

#include <bit>
#include <cstdint>

#include "detectors/sketches/decay.hpp"
#include "detectors/sketches/midas_ratio.hpp"
#include "detectors/sketches/paired_cells.hpp"

namespace dwell::detect {

class EdgeSketches {
 public:
  /// Ends the current tick.
  void tick() { tick_to(tick_ + 1); }
  /// Ends ticks until `tick` is the current one; it must not go back.
  void tick_to(std::uint64_t tick) {
    if (tick != tick_) advance(tick);
  }
  /// The cells of an edge, for adding it soon. Not valid after a restore or in a copy.
  template <std::uint32_t Rows>
  struct Edge {
    PairedCells::Places<Rows> edge, source, destination;
  };
  /// Finds the cells of the edge u → v and calls them into the cache. Ids up to 2^32 make distinct edges. `Rows` is the
  /// number of rows where it is known to the compiler, else 0.
  template <std::uint32_t Rows>
  void find(std::uint64_t u, std::uint64_t v, Edge<Rows>& edge) {
    edges_.find<Rows>(u ^ std::rotl(v, 32), edge.edge);
    sources_.find<Rows>(u, edge.source);
    destinations_.find<Rows>(v, edge.destination);
  }
  [[nodiscard]] std::uint64_t ticks() const { return tick_; }
  [[nodiscard]] std::uint64_t bytes() const;

  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);
  /// Whether restored sketches have the size they were made with.
  [[nodiscard]] bool sound() const { return edges_.sound() && sources_.sound() && destinations_.sound(); }

 protected:
  EdgeSketches(std::uint32_t rows, std::uint32_t columns, double alpha, std::uint64_t salt);
  template <std::uint32_t Rows>
  [[nodiscard]] std::uint32_t row_count() const {
    return edges_.rows<Rows>();
  }
  [[nodiscard]] const Decay& decay() const { return decay_; }

 private:
  void advance(std::uint64_t tick);
  PairedCells edges_;
  PairedCells sources_;
  PairedCells destinations_;
  Decay decay_;
  std::uint64_t tick_ = 1;
};

}  // namespace dwell::detect
