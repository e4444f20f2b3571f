#pragma once
// MIDAS (Bhatia et al. 2020, algorithm 1) on two edge streams of member-data requests: source → page and key → member.
// Tier T0, sequential; rows, entities and order of events in midas_detector.hpp, equations in plain_midas.hpp. A score
// says by how much an edge is more frequent in this window than it was on average, as a chi-squared statistic.
// Parameters as published: 2 × 1,024 cells. Hashes are keyed by the seed, so that no collision can be prepared. State
// 70 KB at any scale. Check: equals a plain implementation of the equations to 1e-9. Published: AUC .898 ± .006 on the
// DARPA edge stream. Cost: two edges a row, bound 300 ns an event.

#include "detectors/api/detector.hpp"

namespace dwell::detect {

Descriptor describe_midas();
std::unique_ptr<Detector> make_midas(const Descriptor& descriptor, const Setting& setting);
std::unique_ptr<EdgeDetector> make_midas_edges(const Descriptor& descriptor);
inline constexpr CatalogueEntry midas_entry{describe_midas, make_midas, nullptr, make_midas_edges};

}  // namespace dwell::detect
