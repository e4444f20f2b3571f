#pragma once
// Member-id coverage: does a source, key or page read ids as members come, or does it sweep a range of them? Tier T0,
// member-data pages, sharded and additive. Inputs: member, source, key and page of every answered request, whether it
// found somebody or not. Ids read in order lie close together within an hour, where those of ordinary members spread
// over all ids as they always did. At the end of an hour, for each entity with at least `least_members` distinct
// members in it:
//   F     distribution of the ids of all requests, forgotten over `learn_days`, in 4,096 equal bins,
//         linear within a bin
//   S     the members' empirical distribution; of more than 64 (a source) or 1,024 (key, page) a
//         uniform sample of as many
//   D     sup |S - F|, the Kolmogorov-Smirnov statistic; n = members · m / (members + m), m requests
//         behind F
//   s     -ln P(D or more) in nats (kolmogorov.hpp)
//   score = s - the entity's own greatest s before, forgotten over `habit_days`: exports that walk the
//         ids are a habit
// and then F and the habit learn. Scores of an intruder's source rise as the hour's members do: 20 ids side by side
// give 38 nats. Check: the statistic's distribution on uniform ids is Kolmogorov's. Sources are followed by
// Space-Saving with 2^16 counters: for certain those with more than 1 / 65,536 of the hour's rows. An hour of up to
// 8,192 rows with up to 1,024 keys is kept as it comes and put in order of member once, for all entities, which scores
// the same. Cost: 9 % of the instructions that generate the events, at 1/2000. State: 2^16 sources of up to 128 ids,
// 1,024 keys of up to 2,048, at most 100 MB; 1 MB at 1/1000. Defaults: `least_members` 8, `learn_days` 14, `habit_days`
// 90. After Kolmogorov 1933 and, for the sources, Metwally et al. 2005.

#include "detectors/api/detector.hpp"

namespace dwell::detect {

Descriptor describe_member_coverage();
std::unique_ptr<Detector> make_member_coverage(const Descriptor& descriptor, const Setting& setting);
inline constexpr CatalogueEntry member_coverage_entry{describe_member_coverage, make_member_coverage};

}  // namespace dwell::detect
