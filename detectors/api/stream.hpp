#pragma once
// A detector on somebody's own data, which is no telemetry of ours: a series of values, or a stream of edges.

#include <cstdint>
#include <span>

namespace dwell::detect {

/// Points in order of time. Each is scored against what was learnt from those before it, and only then learnt.
class SeriesDetector {
 public:
  virtual ~SeriesDetector() = default;
  /// Larger is more suspicious, 0 while too little is known. `values` has as many places as columns were asked for, all
  /// finite; `seconds` are those since the epoch and never go back.
  virtual double step(double seconds, std::span<const double> values) = 0;
};

/// The last tick there is: times the edges of a tick, up to 2^25, it is a whole number that a double holds exactly.
inline constexpr std::int64_t kMostTick = (std::int64_t{1} << 28) - 1;

/// Edges in order of their ticks. Each is scored and learnt in the order its paper gives.
class EdgeDetector {
 public:
  virtual ~EdgeDetector() = default;
  /// Larger is more suspicious. Ticks begin at 1, never go back, end at kMostTick.
  virtual double edge(std::uint64_t source, std::uint64_t destination, std::int64_t tick) = 0;
};

}  // namespace dwell::detect
