#pragma once
// Threshold rules as an operations centre writes them. Tier T0, all pages, sharded and additive.
//   source rules  requests of one source in one minute: more than 60 on member-data pages, more than 300 on any page;
//   page rule     requests of one page since midnight: more than 1.5 × the mean of the 28 days before.
// Score of an entity: the greatest of (observed / limit), so that one scalar moves all limits together; 1 is "as
// written". Sources are named from a tenth of a limit upward, pages once an hour from half of it, after a week of days.
// A day joins the mean when it is over, so a page is judged before it is learnt.
// Cost: 10 ns a row; 3 KB of state at any scale, and 8 bytes a request of a window to count it. Check: arithmetic.
// Defaults: `member_data_per_minute` 60, `requests_per_minute` 300, `page_day_factor` 1.5, `trailing_days` 28.
// Practice, not a paper.

#include "detectors/api/detector.hpp"

namespace dwell::detect {

Descriptor describe_threshold_rules();
std::unique_ptr<Detector> make_threshold_rules(const Descriptor& descriptor, const Setting& setting);
inline constexpr CatalogueEntry threshold_rules_entry{describe_threshold_rules, make_threshold_rules};

}  // namespace dwell::detect
