#pragma once
// MIDAS-R (Bhatia et al. 2020) on two edge streams of member-data requests: source → page and key → member. Tier T0,
// sequential; equations and published order (add, then score) in relational_midas.hpp. A tick is a window.
//   row score     the greater of its two edge scores
//   window score  of a source: the greatest source → page score among its rows; of a key: the greatest key → member
//   score
// Parameters as published: 2 × 1,024 cells, α = .5. Hashes are keyed by the seed, so that no collision can be prepared.
// State 200 KB at any scale; 110 ns a row for its two edges, at twenty rows a window. Check: equals a plain
// implementation of the equations to 1e-9.

#include "detectors/api/detector.hpp"

namespace dwell::detect {

Descriptor describe_midas_r();
std::unique_ptr<Detector> make_midas_r(const Descriptor& descriptor, const Setting& setting);
inline constexpr CatalogueEntry midas_r_entry{describe_midas_r, make_midas_r};

}  // namespace dwell::detect
