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
/// Entropy of the distribution of sources of each page, hourly (Lakhina, Crovella and Diot 2005).
extern const CatalogueEntry source_entropy_entry;

}  // namespace dwell::detect
