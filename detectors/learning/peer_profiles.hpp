#pragma once
// What entities of one kind usually do in an hour, and how far one of them strays from its own past and from its peers.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "detectors/common/excess.hpp"
#include "detectors/common/flat_map.hpp"
#include "detectors/common/quantile_sketch.hpp"

namespace dwell::detect {

/// What one entity did in an hour: its number of events, and how many of them were of each special kind.
struct PeerHour {
  static constexpr std::size_t kKinds = 7;  // at most
  std::uint64_t id = 0;
  double events = 0;
  std::array<double, kKinds> special{};
};

/// How far an entity strays: the feature that does most, and the evidence in nats.
struct PeerFinding {
  std::uint64_t id;
  double nats;
};

/// One group of peers. Features of an hour are y_0 = ln(n + ½) and y_f = ln((k_f + ½) / (n + 1)). For each entity and
/// feature, at the end of an hour, against what was learnt of the hours before:
///   r = y - m       m the entity's own mean, forgotten over `profile_days`
///   d = r - med r   the median over the group's entities of this hour, where there are three or more: what moves all
///   u = d / √(1 / (k + ½) + .05²)       k the count behind the feature
///   z = .6745 u / med |u|               the median over all entity-hours of the group in the last `profile_days`
///   nats = z² / 2 where d > 0, at its greatest over the features
/// 72 bytes an entity, at most `most` of them, and a quantile sketch (error 2 %) a day and feature.
class PeerProfiles {
 public:
  PeerProfiles(std::size_t kinds, double profile_days, std::size_t most);

  /// Ends hour number `hour`: what was found, for entities with `least_hours` behind them, then learns.
  std::vector<PeerFinding> end_hour(std::int64_t hour, std::span<const PeerHour> entities, double least_hours);

  [[nodiscard]] std::uint64_t bytes() const;
  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);

 private:
  static constexpr std::size_t kFeatures = PeerHour::kKinds + 1;
  static constexpr std::uint64_t kFewestPeers = 100;  // entity-hours behind a spread
  struct Profile {
    double hours = 0;  // forgotten, as the means are
    std::int64_t hour = 0;
    std::array<double, kFeatures> mean{};
  };
  /// Spread of one feature over the group: one sketch a day, and the sum of those held.
  struct Spread {
    QuantileSketch sum;
    std::vector<QuantileSketch> days;  // the day that is filled is at day_ modulo their number
    double scale = 0;                  // of the sum, which changes with the day; 0 where too little is known
  };
  struct Standing {
    double y = 0;
    double d = 0;
    double u = 0;
  };

  static Standing observe(double count, double base);
  static void measure(Spread& spread);
  void begin_day(std::int64_t day);

  std::size_t features_;
  Forgetting learn_;
  std::size_t most_;
  FlatMap<Profile> profiles_;
  std::vector<Spread> spreads_;  // by feature
  std::int64_t day_ = 0;
};

}  // namespace dwell::detect
