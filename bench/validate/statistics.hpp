#pragma once
// The fifteen validation statistics: what was seen, the band in which it is accepted, and published figures beside it.

#include <string>
#include <vector>

#include "bench/validate/evidence.hpp"
#include "bench/validate/series.hpp"

namespace dwell::validate {

struct Band {
  double low = 0, high = 0;
  [[nodiscard]] bool holds(double value) const { return low <= value && value <= high; }
};

/// One figure of a statistic.
struct Part {
  std::string name;
  std::string unit;  ///< "", "s", "h" (hour of day) or "%" (a share, shown as a percentage)
  Band band;
  Estimate value{};         ///< a share is between 0 and 1; hours run below 0 and above 23 about midnight
  std::string skipped;      ///< why there is no value; empty: there is one
  std::string no_interval;  ///< why a value has no interval; empty: it has one
  bool pass = false;        ///< the value lies in the band, ends included
  /// The interval meets the band, around the clock for hours: the data do not exclude that the band holds. Without an
  /// interval, as `pass`.
  [[nodiscard]] bool compatible() const;
};

struct Reference {
  std::string figure;
  std::string publisher;
};

struct Statistic {
  int id = 0;
  std::string name;
  std::string interval;  ///< how the intervals were made
  std::vector<Part> parts;
  std::vector<Reference> references;
  std::string note;  ///< what the reader has to know about the value; may be empty
  /// No part has a value.
  [[nodiscard]] bool skipped() const;
  /// Some part has a value, and all that have one pass.
  [[nodiscard]] bool pass() const;
};

/// Ids 1 … 15, in order.
std::vector<Statistic> compute_statistics(const Observed& observed);

}  // namespace dwell::validate
