#pragma once
// Control charts and entropy: the catalogue entries of this folder. All: tier T0, member-data pages, sharded and
// additive. Charts judge the requests of each page in a block once, against the baseline of seasonal_baseline.hpp or by
// a model of their own (page_chart.hpp). Defaults of all charts: `block_minutes` 10; of those with the baseline also
// `level_days` 0.1, `profile_days` 28, `dispersion_days` 14, `clip` 4. Cost of a chart: below 1 ns an event to count
// it, then one step a page and block. State is what a detector may take at most, at any scale.

#include "detectors/api/detector.hpp"

namespace dwell::detect {

/// Exponentially weighted moving average of seasonal residuals (Roberts 1959): Ewma of recursions.hpp.
/// Defaults: `lambda` 0.1, `two_sided` 0. State: 64 KiB.
extern const CatalogueEntry ewma_entry;
/// Cumulative sum of standardised seasonal residuals (Page 1954): Cusum of recursions.hpp.
/// Defaults: `k` 0.5, `most_step` 3. State: 64 KiB.
extern const CatalogueEntry cusum_gaussian_entry;
/// Cumulative sum of the Poisson log-likelihood ratio against the seasonal mean (Page 1954; Lucas 1985): PoissonCusum
/// of recursions.hpp. Defaults: `ratio` 1.5. State: 64 KiB.
extern const CatalogueEntry cusum_poisson_entry;
/// Page–Hinkley test (Page 1954; Hinkley 1971): PageHinkley of recursions.hpp.
/// Defaults: `delta` 0.005, `alpha` 0.9999, `most_step` 3. State: 64 KiB.
extern const CatalogueEntry page_hinkley_entry;
/// Shiryaev–Roberts statistic (Shiryaev 1963; Roberts 1966): ShiryaevRoberts of recursions.hpp.
/// Defaults: `theta` 1, `most_step` 3. State: 64 KiB.
extern const CatalogueEntry shiryaev_roberts_entry;
/// Window-limited generalised likelihood ratio (Lai 1998): window_glr.hpp.
/// Defaults: `window` 200, `most_step` 3. State: 1 MiB.
extern const CatalogueEntry glr_window_entry;
/// Bayesian online change-point detection (Adams and MacKay 2007): run_length_posterior.hpp.
/// Defaults: `hazard` 0.01, `prior_sd` 1, `recent` 36, `most_runs` 32, `two_sided` 0, `most_step` 3. A step costs some
/// 20 ns a run length held. State: 1 MiB.
extern const CatalogueEntry bocpd_entry;
/// Holt–Winters forecast and deviations (Winters 1960; Brutlag 2000): seasonal_smoothing.hpp, no baseline.
/// Defaults: `season` 144, `alpha` 0.1, `beta` 0.0035, `gamma` 0.1, `least_deviation` 1, `two_sided` 1. State: 1 MiB.
extern const CatalogueEntry holt_winters_entry;
/// Tail of the past by its peaks over a threshold (Siffer et al. 2017): peaks_over_threshold.hpp, no baseline.
/// Defaults: `q` 0.0001, `level` 0.98, `init` 1000, `most_peaks` 200. A fit costs some 40 µs. State: 16 MiB.
extern const CatalogueEntry spot_entry;
/// The same of counts above their moving average (Siffer et al. 2017), in blocks of its own.
/// Defaults: `block_minutes` 5, `q` 0.0001, `level` 0.98, `init` 1000, `most_peaks` 200, `depth` 450. State: 16 MiB.
extern const CatalogueEntry dspot_entry;
/// Sliding normal distribution in NAB's configuration (Lavin and Ahmad 2015): sliding_gaussian.hpp, no baseline.
/// Defaults: `window` 6400, `stride` 100. State: 8 MiB.
extern const CatalogueEntry windowed_gaussian_entry;
/// Relative entropy in NAB's configuration (Wang et al. 2011): frequency_hypotheses.hpp, no baseline.
/// Defaults: `bins` 5, `window` 52, `limit` 13.2767, `established` 52, `range_values` 1000, `most_hypotheses` 64. A
/// value costs some 3 ns a hypothesis. State: 8 MiB.
extern const CatalogueEntry relative_entropy_entry;
/// Entropy of the distribution of sources of each page, hourly (Lakhina, Crovella and Diot 2005): source_entropy.cpp,
/// sample_entropy.hpp. Defaults: `least_requests` 16, `season_days` 14, `level_days` 2. Cost: an entry of a table an
/// event, a sort at the end of an hour. State: 256 MiB.
extern const CatalogueEntry source_entropy_entry;

}  // namespace dwell::detect
