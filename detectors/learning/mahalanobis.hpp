#pragma once
// Streaming Mahalanobis distance of the platform's traffic (Mahalanobis 1936; running covariance by Welford 1962). Tier
// T0, all pages, sharded and additive. A heavy learner: it works on hours, so it speaks once an hour.
//   y   seven numbers an hour: ln(n + ½) of the five member-data pages, of all requests, and of answered member-data
//       requests that found nobody
//   r   y less the mean of the same hour of earlier days, forgotten over `season_days`
//   D²  of r against mean and covariance of earlier r, forgotten over `learn_days`
// The score is D², for the platform; hour, mean and covariance learn afterwards. Nothing is scored in the first week.
// Check: D² ~ χ²_d on Gaussian data. Cost: 2 ns a row, 3 µs an hour; state 2 KB at any scale.
// Defaults: `season_days` 14, `learn_days` 28.

#include "detectors/api/detector.hpp"

namespace dwell::detect {

Descriptor describe_mahalanobis();
std::unique_ptr<Detector> make_mahalanobis(const Descriptor& descriptor, const Setting& setting);
/// D² of the columns themselves against those of earlier rows; a row counts as an hour, and there is no hour of the
/// day: what is learnt is forgotten over 24 · `learn_days` rows. 0 for the first 3 · columns rows.
std::unique_ptr<SeriesDetector> make_mahalanobis_series(const Descriptor& descriptor, std::size_t columns);
inline constexpr CatalogueEntry mahalanobis_entry{describe_mahalanobis, make_mahalanobis, make_mahalanobis_series};

}  // namespace dwell::detect
