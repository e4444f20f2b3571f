#pragma once
// Which release of the app a phone has on which day, and what releases do to the page chain.

#include <cstdint>
#include <vector>

#include "sim/commerce/page_chain.hpp"
#include "sim/commerce/params.hpp"
#include "sim/core/ids.hpp"
#include "sim/core/random.hpp"

namespace dwell::commerce {

/// Versions count releases in order of their days: 0 is the app before the first. A version holds the factors of all
/// releases up to it. On day d of a roll-out, counted from 0, the share min(1, (d + 1) days / roll_out) of all phones
/// has the release; who is among them is a pure function of the member, the same for every release.
class Releases {
 public:
  /// At most 15 releases. `days` of a run that begins on `first_day`; days outside take the nearest one's.
  Releases(const std::vector<Release>& releases, Date first_day, std::int64_t days, Seed seed);

  [[nodiscard]] std::uint32_t versions() const { return static_cast<std::uint32_t>(weights_.size()); }
  [[nodiscard]] const PageWeights& weights(std::uint32_t version) const { return weights_[version]; }
  /// What a member's phone has. One load, and during a roll-out one random block.
  [[nodiscard]] std::uint32_t version(MemberId member, std::int64_t day) const {
    const Day& now = days_[index(day)];
    return now.least == now.most ? now.least : draw_version(member, now);
  }
  /// Share of phones that have this version.
  [[nodiscard]] double share(std::uint32_t version, std::int64_t day) const;

 private:
  struct Day {
    std::uint32_t least = 0, most = 0;         // versions in use
    std::vector<std::uint64_t> reached_below;  // by version: phones that have it or a later one, of 2^32
  };
  [[nodiscard]] std::size_t index(std::int64_t day) const {
    const auto last = static_cast<std::int64_t>(days_.size()) - 1;
    return static_cast<std::size_t>(day < 0 ? 0 : day > last ? last : day);
  }
  [[nodiscard]] std::uint32_t draw_version(MemberId member, const Day& day) const;

  RoundKeys rounds_;
  std::vector<PageWeights> weights_;  // by version
  std::vector<Day> days_;
};

}  // namespace dwell::commerce
