#pragma once
// Where features usually stand at an hour of day and week, learnt from blocks already judged.
//   r   = y - day[hour of day] - week[hour of week]
//   z   = r / sd, within 8 to either side
//   day ← day + a r,  week ← week + b (1 - a) r,  sd² ← sd² + c (r² - sd²)
// with r winsorised at 6 sd once z is handed out. Each rate falls with what was seen, as that of a plain mean, down to
// that of its time constant: 14 days for `day`, 56 for `week`, 28 for sd². `week` begins in the second week, and its
// mean is shrunk as if four weeks without deviation had come before.

#include <array>
#include <cstdint>
#include <vector>

#include "detectors/api/feature_vector.hpp"
#include "sim/core/serial.hpp"

namespace dwell::detect {

class FeatureSeason {
 public:
  explicit FeatureSeason(double blocks_per_day);
  /// Whether three days were seen: nothing is handed out before.
  [[nodiscard]] bool ready() const;
  /// Fills the residuals of `features` from its values.
  void compare(std::uint32_t hour_of_week, FeatureVector& features) const;
  void learn(std::uint32_t hour_of_week, const FeatureVector& features);
  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);
  [[nodiscard]] std::uint64_t bytes() const { return day_.capacity() * sizeof(Row) + week_.capacity() * sizeof(Row); }

 private:
  using Row = std::array<double, kFeatures>;
  [[nodiscard]] double usual(std::uint32_t hour_of_week, std::size_t f) const {
    return day_[hour_of_week % 24][f] + week_[hour_of_week][f];
  }
  double blocks_per_day_;
  double day_rate_, week_rate_, variance_rate_;
  double blocks_ = 0;                  // learnt
  std::array<double, 24> day_seen_{};  // blocks
  std::array<double, 168> week_seen_{};
  std::vector<Row> day_, week_;
  Row variance_{};
};

}  // namespace dwell::detect
