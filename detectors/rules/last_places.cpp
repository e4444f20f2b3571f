#include "detectors/rules/last_places.hpp"

#include <algorithm>

#include "detectors/common/country_places.hpp"

namespace dwell::detect {

TravelTimes::TravelTimes(const std::vector<std::string>& codes, double km_per_hour, double unknown_km)
    : minutes_(kMost * kMost, 0) {
  std::vector<std::optional<Place>> places(kMost);
  for (std::size_t i = 0; i < std::min<std::size_t>(codes.size(), kMost); ++i) places[i] = place_of_country(codes[i]);
  for (std::size_t a = 0; a < kMost; ++a) {
    for (std::size_t b = 0; b < kMost; ++b) {
      if (a == b) continue;
      const double km = places[a] && places[b] ? distance_km(*places[a], *places[b]) : unknown_km;
      minutes_[a * kMost + b] = static_cast<std::uint16_t>(std::min(60'000.0, km / km_per_hour * 60));
    }
  }
}

LastPlaces::LastPlaces(std::uint32_t shards, std::shared_ptr<const TravelTimes> times)
    : shards_(std::max(1U, shards)), most_(kMostMembers / shards_.divisor()), times_(std::move(times)) {}

void LastPlaces::grow(std::uint64_t members) {
  if (members > places_.capacity())
    places_.reserve(std::min(most_, std::max<std::uint64_t>(members, places_.capacity() * 5 / 4)));
  places_.resize(members, 0);
  held_ = static_cast<std::uint32_t>(places_.size());
}

bool LastPlaces::visit_beyond(std::uint32_t index, std::uint32_t country, std::uint32_t now, bool in_person) {
  if (index >= most_ || country >= TravelTimes::kMost || !in_person) return false;
  grow(std::uint64_t{index} + 1);
  places_[index] = now;
  return false;
}

bool LastPlaces::arrive(std::uint32_t& place, std::uint32_t country, std::uint32_t now, bool in_person) const {
  const std::uint32_t from = (place & kCountryMask) >> kMinuteBits;
  // The shorter way around the circle of minutes: rows of one window need not be in the order of their events.
  const std::uint32_t since = (now - place) & kMinuteMask;
  const std::uint32_t elapsed = std::min(since, kMinuteMask + 1 - since);
  if (elapsed < times_->minutes(from - 1, country)) {
    const bool named = (place & kNamed) != 0;
    place |= kNamed;
    return !named;
  }
  if (in_person) place = now;
  return false;
}

Status LastPlaces::restore(ByteReader& reader) {
  places_ = reader.get_vector<std::uint32_t>();
  held_ = static_cast<std::uint32_t>(places_.size());
  if (!reader.failed()) return success();
  return Error{"impossible-travel", "saved shard state", "it ends early", "the bytes that save wrote"};
}

}  // namespace dwell::detect
