#pragma once
// MIDAS-F (Bhatia et al. 2022) on two edge streams of member-data requests: source → page and key → member. Tier T0,
// sequential; rows, entities and order of events in midas_detector.hpp, equations in filtering_midas.hpp. A score says
// by how much an edge, its source or its destination is more frequent in the last windows than it was on average over
// windows that were not anomalous themselves, as a chi-squared statistic.
// Parameters as published: 2 × 1,024 cells, α = .5, threshold 1e3. Hashes are keyed by the seed, so that no collision
// can be prepared. State 220 KB at any scale. Check: equals a plain implementation of the equations to 1e-9. Published:
// AUC .985 ± .001 on the DARPA edge stream. Cost: two edges a row, bound 600 ns an event.

#include "detectors/api/detector.hpp"

namespace dwell::detect {

Descriptor describe_midas_f();
std::unique_ptr<Detector> make_midas_f(const Descriptor& descriptor, const Setting& setting);
std::unique_ptr<EdgeDetector> make_midas_f_edges(const Descriptor& descriptor);
inline constexpr CatalogueEntry midas_f_entry{describe_midas_f, make_midas_f, nullptr, make_midas_f_edges};

}  // namespace dwell::detect
