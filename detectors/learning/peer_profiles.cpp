#include "detectors/learning/peer_profiles.hpp"

#include <algorithm>

#include "sim/core/math.hpp"

namespace dwell::detect {
namespace {

constexpr double kHoursPerDay = 24;
constexpr double kFloorVariance = .05 * .05;  // of a logarithm: less than that is no deviation
constexpr double kMedianOfNormal = .6744897501960817;
constexpr double kError = .02;
constexpr double kLeast = 1e-3;
constexpr double kMost = 1e4;

/// The lower median; sorts what it is given.
double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

PeerProfiles::PeerProfiles(std::size_t kinds, double profile_days, std::size_t most)
    : features_(kinds + 1), learn_(profile_days * kHoursPerDay), most_(most) {
  const QuantileSketch empty(kError, kLeast, kMost);
  // The days behind, and the one that is filled.
  const auto days = static_cast<std::size_t>(std::max(1.0, profile_days)) + 1;
  spreads_.assign(features_, {empty, std::vector<QuantileSketch>(days, empty), 0});
}

void PeerProfiles::begin_day(std::int64_t day) {
  if (day == day_) return;
  for (Spread& spread : spreads_) {
    const auto days = static_cast<std::int64_t>(spread.days.size());
    spread.sum.merge(spread.days[static_cast<std::size_t>(day_ % days)]);
    for (std::int64_t next = std::max(day_ + 1, day - days + 1); next <= day; ++next) {
      QuantileSketch& oldest = spread.days[static_cast<std::size_t>(next % days)];
      spread.sum.subtract(oldest);
      oldest.clear();
    }
    measure(spread);
  }
  day_ = day;
}

void PeerProfiles::measure(Spread& spread) {
  spread.scale = spread.sum.count() >= kFewestPeers ? spread.sum.quantile(.5) / kMedianOfNormal : 0;
}

PeerProfiles::Standing PeerProfiles::observe(double count, double base) {
  return {det_log(count + .5) - base, 0, det_sqrt(1 / (count + .5) + kFloorVariance)};
}

std::vector<PeerFinding> PeerProfiles::end_hour(std::int64_t hour, std::span<const PeerHour> entities,
                                                double least_hours) {
  begin_day(hour / static_cast<std::int64_t>(kHoursPerDay));
  std::vector<Profile*> known(entities.size());
  for (const PeerHour& entity : entities) static_cast<void>(profiles_.at(entity.id));
  for (std::size_t i = 0; i < entities.size(); ++i) {
    known[i] = profiles_.find(entities[i].id);
    known[i]->hours *= learn_.keep(hour - known[i]->hour);
    known[i]->hour = hour;
  }
  std::vector<PeerFinding> found;
  for (const PeerHour& entity : entities) found.push_back({entity.id, 0});
  std::vector<Standing> standings(entities.size());
  std::vector<double> residuals;
  std::vector<double> bases;  // ln(n + 1)
  for (const PeerHour& entity : entities) bases.push_back(det_log(entity.events + 1));
  for (std::size_t f = 0; f < features_; ++f) {
    residuals.clear();
    for (std::size_t i = 0; i < entities.size(); ++i) {
      standings[i] = f == 0 ? observe(entities[i].events, 0) : observe(entities[i].special[f - 1], bases[i]);
      standings[i].d = standings[i].y - known[i]->mean[f];
      if (known[i]->hours >= least_hours) residuals.push_back(standings[i].d);
    }
    const double common = residuals.size() >= 3 ? median(residuals) : 0;
    Spread& spread = spreads_[f];
    const bool judged = spread.scale > 0;
    QuantileSketch& today = spread.days[static_cast<std::size_t>(day_) % spread.days.size()];
    for (std::size_t i = 0; i < entities.size(); ++i) {
      Profile& profile = *known[i];
      if (profile.hours >= least_hours) {
        const double u = (standings[i].d - common) / standings[i].u;
        if (judged && u > 0) {
          const double z = u / spread.scale;
          found[i].nats = std::max(found[i].nats, z * z / 2);
        }
        today.add(u < 0 ? -u : u);
      }
      profile.mean[f] += (standings[i].y - profile.mean[f]) / (profile.hours + 1);
    }
  }
  for (Profile* profile : known) profile->hours += 1;
  std::erase_if(found, [](const PeerFinding& finding) { return finding.nats <= 0; });
  profiles_.prune(most_, [](const Profile& profile) { return profile.hour; });
  return found;
}

std::uint64_t PeerProfiles::bytes() const {
  std::uint64_t bytes = profiles_.bytes() + spreads_.capacity() * sizeof(Spread);
  for (const Spread& spread : spreads_) {
    bytes += spread.sum.bytes();
    for (const QuantileSketch& day : spread.days) bytes += day.bytes() + sizeof day;
  }
  return bytes;
}

void PeerProfiles::save(ByteWriter& writer) const {
  profiles_.save(writer);
  for (const Spread& spread : spreads_) {
    spread.sum.save(writer);
    for (const QuantileSketch& day : spread.days) day.save(writer);
  }
  writer.put(day_);
}

void PeerProfiles::restore(ByteReader& reader) {
  profiles_.restore(reader);
  for (Spread& spread : spreads_) {
    spread.sum.restore(reader);
    for (QuantileSketch& day : spread.days) day.restore(reader);
    measure(spread);
  }
  day_ = reader.get<std::int64_t>();
  if (day_ < 0) reader.fail();
}

}  // namespace dwell::detect
