#pragma once
// SPOT: the tail of a stream by its peaks over a threshold, followed as it goes (Siffer, Fouque, Termier and Largouët
// 2017).
//   The first `init` values give the threshold t, their quantile `level`, and the first excesses over it.
//   P(X > x) = N_t / n · P(Y > x - t), Y generalised Pareto with the parameters fitted to the excesses
//   (pareto_tail.hpp); n values and N_t excesses seen. A value with P < q is an anomaly, of which nothing is learnt;
//   any other above t is a new excess, n counts all but anomalies.
//
// The published algorithm keeps every excess and fits anew after each. Here the newest `most_peaks` are fitted, at
// stated moments: after calibration, and whenever an eighth as many excesses as the last fit knew (at least one) have
// come. P is always judged with N_t and n as they are.

#include <cstdint>
#include <vector>

#include "detectors/statistics/pareto_tail.hpp"
#include "sim/core/serial.hpp"

namespace dwell::detect {

struct PeaksOptions {
  double q = 1e-4;
  double level = 0.98;
  std::uint32_t init = 1000;
  std::uint32_t most_peaks = 200;
};

/// State: 8 bytes a value of the calibration or 8 bytes a peak kept; a value costs a few nanoseconds, a fit some 40 µs.
class PeaksOverThreshold {
 public:
  explicit PeaksOverThreshold(const PeaksOptions& options);
  struct Judgement {
    double surprise = 0;  ///< -ln P(X > x); 0 for x <= t and while calibrating
    bool anomaly = false;
  };
  /// Judges x, then learns it.
  Judgement step(double x);
  [[nodiscard]] bool calibrated() const { return seen_ >= options_.init; }
  [[nodiscard]] double threshold() const { return threshold_; }
  [[nodiscard]] const ParetoTail& tail() const { return tail_; }
  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);
  [[nodiscard]] std::uint64_t heap_bytes() const { return (first_.capacity() + peaks_.capacity()) * sizeof(double); }

 private:
  void calibrate();
  void add_peak(double excess);
  void fit();

  PeaksOptions options_;
  double log_q_;
  std::uint64_t seen_ = 0;   ///< n
  std::uint64_t above_ = 0;  ///< N_t
  std::uint64_t until_fit_ = 0;
  double threshold_ = 0;
  ParetoTail tail_;
  std::vector<double> first_;  ///< while calibrating
  std::vector<double> peaks_;  ///< a ring once it is full: the oldest at above_ modulo its size
};

}  // namespace dwell::detect
