#pragma once
// The exponent of items by rank, freed of what counting does to it.

#include "bench/validate/evidence.hpp"
#include "bench/validate/series.hpp"

namespace dwell::validate {

/// Exponent s of rate ~ rank^-s. Ranks are taken by counts, so that an item stands high partly because its count came
/// out high. Where all items are alike that alone makes a slope; of a steep law it raises the many small counts most
/// and makes the slope less. The value is the exponent whose law, counted so, gives the seen slope (rank_exponent()) on
/// average; the interval at 95 % ends where the seen one is 1.96 SDs away (a test inverted; Efron & Tibshirani 1993,
/// ch. 12). Never below 0. NaN where rank_exponent() is; no interval (NaN) where too few draws have an exponent.
/// Cost: 64 draws of at most 30,000 items, 12 exponents each: below a second.
Estimate item_exponent(const Observed& seen);

}  // namespace dwell::validate
