#pragma once
// The people who read what customers report: how the real case was noticed.
//
// Of the complaints that a leak caused, somebody sees in each with a small probability that what the mail or the call
// quotes can only come from the platform's own records; the first such complaint is the notice. Whether a complaint was
// caused by the leak is the truth, which people cannot look up but may infer, so this is no detector; and it has no
// threshold, so it is not calibrated to a budget.
//
// At scale s each complaint stands for 1/s of them, so it is recognised with probability min(1, recognised / s). While
// that is below 1, notices are a thinned Poisson process of the same intensity recognised x (complaints by then at full
// scale) at every scale; P(not noticed by t) = exp(-recognised x that).

#include <functional>

#include "sim/core/ids.hpp"
#include "sim/core/serial.hpp"
#include "sim/core/time.hpp"
#include "sim/telemetry/batch.hpp"

namespace dwell::oracle {

class ComplaintDesk {
 public:
  /// `recognised` at full scale; 0 < scale.
  ComplaintDesk(double recognised, double scale, Seed seed);

  /// The complaints that arrived in a window; windows in order. `of_campaign` is asked of origins that are not the
  /// background's.
  void observe(const telemetry::Labelled<telemetry::ComplaintsBatch>& complaints,
               const std::function<bool(Origin)>& of_campaign);
  /// When the first recognised complaint arrived; kNever before.
  [[nodiscard]] Time noticed() const { return noticed_; }

  void save(ByteWriter& writer) const { writer.put(noticed_.us); }
  void restore(ByteReader& reader) { noticed_ = Time{reader.get<std::int64_t>()}; }

 private:
  double probability_;
  Seed seed_;
  Time noticed_ = kNever;
};

}  // namespace dwell::oracle
