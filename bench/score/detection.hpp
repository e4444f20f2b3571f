#pragma once
// Detection: an alert on an entity of the campaign that the clean twin does not raise as well.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "bench/score/score_log.hpp"
#include "sim/core/time.hpp"

namespace dwell::score {

struct DetectionQuery {
  std::span<const Exceedance> view;   ///< factual or placebo
  std::span<const Exceedance> clean;  ///< the clean twin
  double threshold = 0;
  std::int32_t from_window = 0;  ///< first window in which an alert can count (onset, or the first probe)
  std::int32_t end_window = 0;   ///< windows from here on are beyond the horizon
  Duration window_length;
  /// Whether the entity belongs to the incident by the truth log, up to a moment. Not asked for platform-level
  /// entities.
  std::function<bool(detect::Entity, Time)> belongs;
};

struct Detection {
  std::int32_t window = 0;
  Time stamped;  ///< when the logs of the deciding window had arrived: its end
  detect::Entity entity;
};

/// The first window >= from_window in which an entity's score exceeds the threshold, the entity belongs to the
/// incident, and the same entity does not exceed the threshold in the clean twin within six hours either way.
std::optional<Detection> first_detection(const DetectionQuery& query);

}  // namespace dwell::score
