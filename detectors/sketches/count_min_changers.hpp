#pragma once
// Heavy changers (Cormode and Muthukrishnan 2005, Count-Min sketches and the differences between them): sources and
// networks whose volume grew against the hours before. Tier T0, member-data pages, sharded and additive.
// Requests of an hour are counted by source and by network in a Count-Min sketch of each kind, w = ⌈e / ε⌉ columns and
// d = ⌈ln 1 / δ⌉ rows; sketches are linear, so one more holds the sum of the last `past_hours` of them: the new hour is
// added, the oldest taken away. At the end of an hour, for each entity whose estimate C reaches `least_requests`:
//   P      its estimate over the H hours before;   N, N_P   all requests of this hour, and of those
//   μ      N (a + P) / (a / s + N_P)     a = ½: the weight of a small prior share s = 1 / `usual_entities`
//   score  evidence in nats that C exceeds μ   (excess_nats, shape a + P / H, at most 50)
// N cancels what moves the whole platform. An estimate never is too small, and exceeds the truth by more than εN with
// probability at most δ: the check value. Names the source or the network.
// Entities are found without their list: while an hour is counted, sources whose estimate reaches `least_requests` are
// noted, at most 2^16 of them. Networks are few: an hour's requests are summed up by network, and enter the sketch at
// its end. Cost: 18 ns a row. State: 2 × 2 sketches of 65 KB at ε = .0005 and δ = .05, eight bytes a cell that each of
// the hours before touched, some 20 MB at most where hours are large, and what is noted.
// Defaults: `epsilon` 0.0005, `delta` 0.05, `past_hours` 24, `least_requests` 8, `usual_entities` 10000.

#include "detectors/api/detector.hpp"

namespace dwell::detect {

Descriptor describe_count_min_changers();
std::unique_ptr<Detector> make_count_min_changers(const Descriptor& descriptor, const Setting& setting);
std::uint64_t count_min_changers_bound_bytes(const Descriptor& descriptor);
inline constexpr CatalogueEntry count_min_changers_entry{describe_count_min_changers, make_count_min_changers, nullptr,
                                                         nullptr, count_min_changers_bound_bytes};

}  // namespace dwell::detect
