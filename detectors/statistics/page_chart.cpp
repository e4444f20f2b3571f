#include "detectors/statistics/page_chart.hpp"

#include <utility>

namespace dwell::detect {

Descriptor own_model_descriptor(std::string name, std::string summary, std::string paper) {
  Descriptor descriptor;
  descriptor.name = std::move(name);
  descriptor.summary = std::move(summary);
  descriptor.paper = std::move(paper);
  descriptor.memory_bound_bytes = 64 << 10;
  descriptor.time_bound_ns = 100;  // where a window has twenty rows; with thousands it is 2
  descriptor.counts_only = true;
  descriptor.parameters = {
      {"block_minutes", SeasonalOptions{}.block_minutes, 1, 60, "minutes of requests judged together; whole minutes",
       Numbers::whole, Use::telemetry},
  };
  return descriptor;
}

Descriptor page_chart_descriptor(std::string name, std::string summary, std::string paper) {
  const SeasonalOptions defaults;
  Descriptor descriptor = own_model_descriptor(std::move(name), std::move(summary), std::move(paper));
  for (const Parameter& parameter : {
           Parameter{"level_days", defaults.level_days, 0.05, 365,
                     "time constant at which the seasonal baseline follows the level", Numbers::any, Use::telemetry},
           Parameter{"profile_days", defaults.profile_days, 7, 365,
                     "time constant of its profiles of the day and the week", Numbers::any, Use::telemetry},
           Parameter{"dispersion_days", defaults.dispersion_days, 1, 365,
                     "time constant of the variance beyond Poisson", Numbers::any, Use::telemetry},
           Parameter{"clip", defaults.clip, 1, 1000,
                     "standard deviations beyond which a count is winsorised before it is learnt", Numbers::any,
                     Use::telemetry},
       })
    descriptor.parameters.push_back(parameter);
  return descriptor;
}

Parameter most_step_parameter() {
  return {"most_step", 3, 1, 1e6, "standard deviations at which one block is winsorised"};
}

SeasonalOptions seasonal_options(const Descriptor& descriptor) {
  return {.block_minutes = descriptor.parameter("block_minutes"),
          .level_days = descriptor.parameter("level_days"),
          .profile_days = descriptor.parameter("profile_days"),
          .dispersion_days = descriptor.parameter("dispersion_days"),
          .clip = descriptor.parameter("clip")};
}

}  // namespace dwell::detect
