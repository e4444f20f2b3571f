#pragma once
// Unknown-member rate: threshold random walk (Jung, Paxson, Berger and Balakrishnan 2004). Tier T0, member-data pages,
// sequential. Each source walks on the logarithm of the likelihood ratio of "it guesses member ids" against "it does
// not":
//   answered request with records     S += ln(θ₁ / θ₀)              = -ln 4 at the defaults
//   answered request without records  S += ln((1-θ₁) / (1-θ₀))      = +ln 4
//   θ₀ = .8, θ₁ = .2: share of requests that find somebody when benign, when guessing; α = .01, β = .99.
// The paper decides "guessing" at S >= ln(β/α) = ln 99: four misses from the start, since 4⁴ = 256 > 99. Here the walk
// goes on, so that a threshold can be calibrated; the score of a source is its greatest S in the window, named from two
// misses up. Reset: at S <= ln((1-β)/(1-α)) the paper decides "benign" and stops; here the walk restarts at 0, so that
// a source can turn. And evidence fades, S e^(-t / 1 d): a source that forever misses more than half would otherwise
// drift upward without bound, and its score would measure how long it has been watched. Refused and blocked requests
// say nothing about a member and are skipped. State: at most 2^18 sources; when full, the half with the smallest S
// restarts at 0. 40 ns a row; 56 MB bound.
// Defaults: `success_benign` 0.8, `success_guessing` 0.2, `false_positive` 0.01, `detection` 0.99, `memory_minutes`
// 1440.

#include "detectors/api/detector.hpp"

namespace dwell::detect {

Descriptor describe_random_walk();
std::unique_ptr<Detector> make_random_walk(const Descriptor& descriptor, const Setting& setting);
inline constexpr CatalogueEntry random_walk_entry{describe_random_walk, make_random_walk};

}  // namespace dwell::detect
