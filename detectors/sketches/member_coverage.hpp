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
// give 38 nats. Check: the statistic's distribution on uniform ids is Kolmogorov's. Rows are kept as they come and
// judged exactly at the end of the hour (hour_readers.hpp), up to 2^20 of them under up to 1,024 keys, however many
// sources there are. Where there are more, sources and keys are followed row by row by Space-Saving with 2^16 and 1,024
// counters: for certain those with more than 1 / 65,536 of the hour's rows.
// Cost: 15 to 30 ns a row in hours of 50,000 rows and more, 60 to 70 at 1/1000, where an hour has 900. State: 16 bytes
// a row of the hour and ten times that of scratch at most, some 200 MB; 2^16 sources of up to 128 ids and 1,024 keys
// of up to 2,048 where they are followed, 100 MB at most; .4 MB at 1/1000. Defaults: `least_members` 8, `learn_days`
// 14, `habit_days` 90. After Kolmogorov 1933 and, for the sources of very many rows, Metwally et al. 2005.

#include "detectors/api/detector.hpp"

namespace dwell::detect {

Descriptor describe_member_coverage();
std::unique_ptr<Detector> make_member_coverage(const Descriptor& descriptor, const Setting& setting);
/// One that keeps up to `most_rows` of an hour until it ends, instead of 2^20.
std::unique_ptr<Detector> make_member_coverage(const Descriptor& descriptor, const Setting& setting,
                                               std::size_t most_rows);
inline constexpr CatalogueEntry member_coverage_entry{describe_member_coverage, make_member_coverage};

}  // namespace dwell::detect
