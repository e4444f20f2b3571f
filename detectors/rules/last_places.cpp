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
}

Status LastPlaces::restore(ByteReader& reader) {
  places_ = reader.get_vector<std::uint32_t>();
  if (!reader.failed()) return success();
  return Error{"impossible-travel", "saved shard state", "it ends early", "the bytes that save wrote"};
}

}  // namespace dwell::detect
