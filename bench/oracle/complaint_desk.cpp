#include "bench/oracle/complaint_desk.hpp"

#include <algorithm>

#include "sim/core/check.hpp"
#include "sim/core/random.hpp"

namespace dwell::oracle {

ComplaintDesk::ComplaintDesk(double recognised, double scale, Seed seed)
    : probability_(std::min(1.0, recognised / scale)), seed_(seed) {
  DWELL_DEMAND(scale > 0 && recognised >= 0, "a complaint desk needs a scale and a probability");
}

void ComplaintDesk::observe(const telemetry::Labelled<telemetry::ComplaintsBatch>& complaints,
                            const std::function<bool(Origin)>& of_campaign) {
  if (complaints.foreign == 0) return;
  for (std::size_t i = 0; i < complaints.rows.size(); ++i) {
    if (complaints.origins[i] == kBackground || !of_campaign(complaints.origins[i])) continue;
    const RandomBlock coin = random_block(seed_, complaints.rows.member[i], purpose("oracle.recognises"), 0, 0);
    if (to_uniform(coin.low()) < probability_) noticed_ = std::min(noticed_, Time{complaints.rows.ingest_us[i]});
  }
}

}  // namespace dwell::oracle
