#pragma once
// Where each member of a shard was last, in four bytes: country, minute, and whether the member has been named since
// for being too far away.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "detectors/api/detector.hpp"
#include "sim/core/word_reciprocal.hpp"

namespace dwell::detect {

/// How many minutes lie between countries at a speed. Countries have numbers below `kMost`; others have no place.
class TravelTimes {
 public:
  static constexpr std::uint32_t kMost = 126;
  /// `codes` are ISO 3166 codes by country number; countries without one, or whose place nobody knows, are `unknown_km`
  /// from all others.
  TravelTimes(const std::vector<std::string>& codes, double km_per_hour, double unknown_km);
  /// Whole minutes that a journey takes at least; 0 within a country and for numbers from `kMost` on.
  [[nodiscard]] std::uint32_t minutes(std::uint32_t a, std::uint32_t b) const {
    return a < kMost && b < kMost ? minutes_[a * kMost + b] : 0;
  }

 private:
  std::vector<std::uint16_t> minutes_;
};

/// Members are numbered as they come to a shard: id / shards. Four bytes a member up to the greatest seen, at most
/// 2^27 / shards of them; those beyond are never named.
class LastPlaces final : public ShardState {
 public:
  static constexpr std::uint64_t kMostMembers = 1ULL << 27;
  LastPlaces(std::uint32_t shards, std::shared_ptr<const TravelTimes> times);

  /// An access by, or for, a member from a country.
  struct Visit {
    std::uint32_t index;  // of the member's place
    std::uint32_t now;    // as a place that is not named
    std::uint32_t country;
    bool in_person;
  };
  /// `minute` is one since some fixed moment.
  [[nodiscard]] Visit visit_of(std::uint32_t member, std::uint32_t country, std::int64_t minute, bool in_person) const {
    const std::uint32_t stamp = (1U << kMinuteBits) + (static_cast<std::uint32_t>(minute) & kMinuteMask);
    return {shards_.quotient(member), (country << kMinuteBits) + stamp, country, in_person};
  }
  /// Calls the place into the cache. To find the places of some visits first, and then make these, hides the waits.
  void prefetch(const Visit& visit) const {
    if (visit.index < held_) __builtin_prefetch(&places_[visit.index], 1);
  }
  /// True when the member cannot have come there from the last place, for the first time since it was there. Where the
  /// member cannot be, it is not moved to; neither is it by those who ask on its behalf.
  bool visit(const Visit& visit) {
    const auto [index, now, country, in_person] = visit;
    if (index >= held_ || country >= TravelTimes::kMost) [[unlikely]]
      return visit_beyond(index, country, now, in_person);
    std::uint32_t& place = places_[index];
    const std::uint32_t held = place;
    // Nearly all come from the country they were in, or were nowhere before. One question, put so that compilers do not
    // make two of it: a place has to be waited for, and a wrong guess would have all that follows wait too.
    const std::uint32_t from = held & kCountryMask;
    const std::uint32_t if_somewhere = 0U - static_cast<std::uint32_t>(from != 0);
    if ((((from ^ now) & kCountryMask) & if_somewhere) != 0) [[unlikely]]
      return arrive(place, country, now, in_person);
    place = in_person ? now : held;
    return false;
  }

  [[nodiscard]] std::unique_ptr<ShardState> clone() const override { return std::make_unique<LastPlaces>(*this); }
  void save(ByteWriter& writer) const override { writer.put_vector(places_); }
  Status restore(ByteReader& reader) override;
  [[nodiscard]] std::uint64_t state_bytes() const override {
    return sizeof *this + places_.capacity() * sizeof(std::uint32_t);
  }

 private:
  static constexpr unsigned kMinuteBits = 24;  // 31 years
  static constexpr std::uint32_t kMinuteMask = (1U << kMinuteBits) - 1;
  static constexpr std::uint32_t kNamed = 1U << 31;
  static constexpr std::uint32_t kCountryMask = ~(kNamed | kMinuteMask);
  bool visit_beyond(std::uint32_t index, std::uint32_t country, std::uint32_t now, bool in_person);
  /// A visit to a member who was in another country.
  bool arrive(std::uint32_t& place, std::uint32_t country, std::uint32_t now, bool in_person) const;
  void grow(std::uint64_t members);

  WordReciprocal shards_;
  std::uint64_t most_;  // members of a shard
  std::shared_ptr<const TravelTimes> times_;
  std::vector<std::uint32_t> places_;  // named, country plus one (0: never seen), minute
  std::uint32_t held_ = 0;             // how many they are
};

}  // namespace dwell::detect
