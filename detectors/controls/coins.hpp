#pragma once
// Three controls that toss coins: one uniform score on [0, 1) a window, a pure function of (seed, window), so that an
// alert budget picks a random alarmer of just that rate.
//   random       names the platform; draws the same in the factual run and in its clean twin, so it can never be
//   credited; random-page  names a random page: shows that naming something is not finding something; random-hash names
//   the platform, its coins keyed by a hash of the window's rows: differs between the twins like a real
//                detector's noise does, and so passes the twin condition by luck alone. What it "detects", placebo does
//                too.
// At b alerts a day such an alarmer has alarmed by a median of ln 2 / b days if alarms need no attribution.
// No parameters, no state; 10 ns a window, random-hash 5 ns a row.

#include "detectors/api/detector.hpp"

namespace dwell::detect {

Descriptor describe_random();
std::unique_ptr<Detector> make_random(const Descriptor& descriptor, const Setting& setting);
inline constexpr CatalogueEntry random_entry{describe_random, make_random};

Descriptor describe_random_page();
std::unique_ptr<Detector> make_random_page(const Descriptor& descriptor, const Setting& setting);
inline constexpr CatalogueEntry random_page_entry{describe_random_page, make_random_page};

Descriptor describe_random_hash();
std::unique_ptr<Detector> make_random_hash(const Descriptor& descriptor, const Setting& setting);
inline constexpr CatalogueEntry random_hash_entry{describe_random_hash, make_random_hash};

}  // namespace dwell::detect
