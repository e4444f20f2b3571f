#pragma once
// Control charts and entropy: the catalogue entries of this folder.

#include "detectors/api/detector.hpp"

namespace dwell::detect {

/// Exponentially weighted moving average of seasonal residuals (Roberts 1959).
extern const CatalogueEntry ewma_entry;
/// Cumulative sum of standardised seasonal residuals (Page 1954).
extern const CatalogueEntry cusum_gaussian_entry;
/// Cumulative sum of the Poisson log-likelihood ratio against the seasonal mean (Page 1954; Lucas 1985).
extern const CatalogueEntry cusum_poisson_entry;
/// Page–Hinkley test (Page 1954; Hinkley 1971).
extern const CatalogueEntry page_hinkley_entry;
/// Shiryaev–Roberts statistic (Shiryaev 1963; Roberts 1966).
extern const CatalogueEntry shiryaev_roberts_entry;
/// Window-limited generalised likelihood ratio (Lai 1998).
extern const CatalogueEntry glr_window_entry;
/// Bayesian online change-point detection (Adams and MacKay 2007).
extern const CatalogueEntry bocpd_entry;
/// Holt–Winters forecast and deviations (Winters 1960; Brutlag 2000).
extern const CatalogueEntry holt_winters_entry;
/// Tail of the past by its peaks over a threshold (Siffer et al. 2017), of counts and of counts above a moving average.
extern const CatalogueEntry spot_entry;
extern const CatalogueEntry dspot_entry;
/// Sliding normal distribution and relative entropy in NAB's configuration (Lavin and Ahmad 2015; Wang et al. 2011).
extern const CatalogueEntry windowed_gaussian_entry;
extern const CatalogueEntry relative_entropy_entry;
/// Entropy of the distribution of sources of each page, hourly (Lakhina, Crovella and Diot 2005).
extern const CatalogueEntry source_entropy_entry;

}  // namespace dwell::detect
