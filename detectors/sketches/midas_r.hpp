#pragma once
// MIDAS-R (Bhatia et al. 2020, algorithm 2) on two edge streams of member-data requests: source → page and key →
// member. Tier T0, sequential; rows, entities and order of events in midas_detector.hpp, equations in
// relational_midas.hpp. A score says by how much an edge, its source or its destination is more frequent in the last
// windows than it was on average, as a chi-squared statistic.
// Parameters as published: 2 × 1,024 cells, α = .5. Hashes are keyed by the seed, so that no collision can be prepared.
// State 220 KB at any scale. Cost: two edges a row, 380 instructions. Check: equals a plain implementation of the
// equations to 1e-9. Published: AUC .950 ± .001 on the DARPA edge stream.

#include "detectors/api/detector.hpp"

namespace dwell::detect {

Descriptor describe_midas_r();
std::unique_ptr<Detector> make_midas_r(const Descriptor& descriptor, const Setting& setting);
std::unique_ptr<EdgeDetector> make_midas_r_edges(const Descriptor& descriptor);
inline constexpr CatalogueEntry midas_r_entry{describe_midas_r, make_midas_r, nullptr, make_midas_r_edges};

}  // namespace dwell::detect
