#pragma once
// oracle-volume: what the best judge of page counts could do that knew every true intensity. Not a detector: it reads
// the truth, and stands beside the detectors as the bound for those that judge by counts per page.
//
// For each of the campaign's pages a CUSUM (Page 1954) on the log-likelihood ratio of its counts in each window,
//   S = max(0, S + llr),   llr = n ln((a + m)/a · (r + a)/(r + a + m)) − r ln((r + a + m)/(r + a)),
// where n is the count, a the expected background, m the campaign's expected addition, and counts are negative binomial
// with dispersion r (variance a + a²/r). What services and scripts read is known to it as exactly as can be, so it is
// left out of n. a = page share × the platform's true intensity + a small rest; rest and r are learnt from the warm-up,
// the rest by minute of day. Its alarms count without comparison with the clean twin, so that it stays a bound where
// false alarms lie close together. Cost: O(pages) a window.

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "detectors/api/detector.hpp"
#include "sim/core/vocabulary.hpp"

namespace dwell::oracle {

/// The truth the oracle reads: one per run, shared by its views.
struct Intensities {
  std::vector<double> members;  ///< expected page events of members, by window
  /// Of each page in them, by day of the run; the last one stays.
  std::vector<std::array<double, kPages>> shares = {{}};
  std::int64_t warm_up_windows = 0;  ///< background only: the rest is learnt here
  std::int64_t windows_per_day = 1440;
  /// Expected campaign requests a window, by hour of the run; empty beyond the campaign.
  std::vector<std::array<double, kPages>> campaign_by_hour;
};

detect::Descriptor describe_oracle_volume();
std::unique_ptr<detect::Detector> make_oracle_volume(std::shared_ptr<const Intensities> truth);

}  // namespace dwell::oracle
