#pragma once
// The platform-wide rate factor: why real traffic is over-dispersed and long-range dependent.

#include <array>
#include <cstdint>
#include <vector>

#include "sim/core/ids.hpp"

namespace dwell::commerce {

/// Coefficients of variation of the factors that remember 10 minutes, 6 hours and 5 days.
using FactorCvs = std::array<double, 3>;

/// One value a minute for `minutes` minutes: the product of three independent autoregressive gamma processes (Sim 1990;
/// Gouriéroux and Jasiak 2006), each with mean 1, its coefficient of variation cv and autocorrelation exp(-t/T), with
/// T = 10 min, 6 h and 5 d:
///   z | x ~ Poisson(r x / (cv² (1 - r))),   x' | z ~ Gamma(1/cv² + z, cv² (1 - r)),   x0 ~ Gamma(1/cv², cv²),
/// where r is the autocorrelation of one step (2 min, 1 h, 6 h; constant in between). cv = 0 gives ones.
/// A pure function of its arguments; about 100 ns a minute.
std::vector<float> rate_factors(const FactorCvs& cvs, std::int64_t minutes, Seed seed);

}  // namespace dwell::commerce
