#pragma once
// Pinned samplers: the same stream gives the same value in every version of Dwell, on every x86-64.
// All take a RandomStream and may use a varying number of draws from it. Parameters outside the stated range are a
// programmer's error (DWELL_DEMAND). For draws per event use tables.hpp.

#include <cstdint>

#include "sim/core/random.hpp"

namespace dwell {

/// Uniform on [low, high).
double sample_uniform(RandomStream& random, double low, double high);
/// Exponential with the given mean > 0, by inversion.
double sample_exponential(RandomStream& random, double mean);
/// Normal by quantile (AS 241): one 64-bit draw.
double sample_normal(RandomStream& random, double mean, double sd);
/// exp(Normal(mu, sigma)).
double sample_lognormal(RandomStream& random, double mu, double sigma);
/// Gamma with shape > 0 and scale > 0 (Marsaglia and Tsang 2000; shape < 1 by the power of a uniform).
double sample_gamma(RandomStream& random, double shape, double scale);
/// Beta(a, b) as a ratio of gammas; a, b > 0.
double sample_beta(RandomStream& random, double a, double b);
/// Poisson, 0 <= mean <= 2^50: inversion below 10, else transformed rejection (Hörmann 1993, PTRS).
std::uint64_t sample_poisson(RandomStream& random, double mean);
/// Binomial(n, p), n <= 2^53, 0 <= p <= 1: inversion when n·min(p, 1-p) < 10, else transformed rejection (Hörmann 1993,
/// BTRS).
std::uint64_t sample_binomial(RandomStream& random, std::uint64_t n, double p);
/// Zipf–Mandelbrot on 1..n, n <= 2^53: P(k) proportional to (k + q)^-s, s > 0, q >= 0 (rejection-inversion, Hörmann and
/// Derflinger 1996).
std::uint64_t sample_zipf(RandomStream& random, std::uint64_t n, double s, double q);

}  // namespace dwell
