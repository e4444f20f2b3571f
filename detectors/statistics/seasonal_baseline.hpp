#pragma once
// What a count of the coming block ought to be, learnt only from blocks already seen.
//
//   mean     = level · day[bin] · week[hour] · minutes of the block
//   variance = max(1, mean + dispersion · mean²)
//
// `day` is the profile of a day in bins of one block (at least 10 minutes); `week` a factor per hour of the week,
// shrunk to the factor of its weekday, which is shrunk to 1, each with a prior worth a stated number of counts. Every
// factor is a ratio of two exponentially fading sums, counts over what the other factors expected: the
// maximum-likelihood estimate for Poisson counts, and as steady for sparse pages as their counts allow.
//
// `level` fades within hours: promotions, holidays and slow swings of the whole platform are followed soon. `day` and
// `week` fade within weeks: a campaign that does not keep the platform's rhythm stays visible at the hours where it
// stands out. Counts are winsorised at `clip` standard deviations before they are learnt, so one burst moves nothing
// far; a lasting change is still followed, as each block lifts the mean.
//
// The first seven days are only counted; `ready` is false until then.

#include <array>
#include <cstdint>
#include <vector>

#include "detectors/api/detector.hpp"

namespace dwell::detect {

/// Where a block lies in the day and the week, and how long it is.
struct BlockPlace {
  std::uint32_t minute_of_day = 0;  ///< of the block's first window
  std::uint32_t hour_of_week = 0;
  double minutes = 0;
};

/// Gathers consecutive windows into blocks aligned with the day. Blocks longer than a window end with it.
class BlockClock {
 public:
  explicit BlockClock(double block_minutes);
  /// Takes the next window; true when it is the last of its block.
  bool take(const WindowInfo& window) {
    if (place_.minutes == 0) begin_block(window.begin_us);
    const std::int64_t length_us = window.end_us - window.begin_us;
    place_.minutes += length_us == kMinuteUs ? 1 : static_cast<double>(length_us) / static_cast<double>(kMinuteUs);
    left_us_ -= length_us;
    return left_us_ <= 0;
  }
  /// The place of the block of the windows taken since the last `restart`.
  [[nodiscard]] const BlockPlace& place() const { return place_; }
  void restart() { place_.minutes = 0; }
  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);

 private:
  static constexpr std::int64_t kMinuteUs = 60'000'000;
  void begin_block(std::int64_t begin_us);
  std::int64_t block_us_;
  std::int64_t left_us_ = 0;  ///< of the block that is under way
  BlockPlace place_;
};

struct SeasonalOptions {
  double block_minutes = 10;
  double level_days = 0.1;      ///< time constant of the level
  double profile_days = 28;     ///< time constant of the day and week profiles
  double dispersion_days = 14;  ///< time constant of the dispersion
  double clip = 4;              ///< standard deviations beyond which a count is winsorised before it is learnt
};

struct Expectation {
  double mean = 0;
  double variance = 1;
};

/// State: 3.3 kB and 16 bytes a bin of the day. A judgement or a lesson costs about 20 ns.
class SeasonalBaseline {
 public:
  explicit SeasonalBaseline(const SeasonalOptions& options);
  [[nodiscard]] bool ready() const { return ready_; }
  /// Of the block's count; only when `ready`.
  [[nodiscard]] Expectation expect(const BlockPlace& place) const;
  /// Learns the block's count, after it was judged: against `expected`, which is what `expect` says of the place.
  void learn(const BlockPlace& place, double count, const Expectation& expected);
  void learn(const BlockPlace& place, double count) { learn(place, count, ready_ ? expect(place) : Expectation{}); }
  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);
  /// Held beyond its own size.
  [[nodiscard]] std::uint64_t heap_bytes() const { return day_.capacity() * sizeof(Ratio); }

 private:
  static constexpr std::uint32_t kHours = 168;
  /// A factor as a ratio of fading sums.
  struct Ratio {
    double counted = 0;
    double expected = 0;
    void add(double count, double expectation, double keep) {
      counted = counted * keep + count;
      expected = expected * keep + expectation;
      if (counted < 1e-30) counted = 0;  // no denormals on pages that nobody visits
    }
    [[nodiscard]] double value() const { return counted / expected; }
  };
  [[nodiscard]] std::size_t bin(std::uint32_t minute_of_day) const { return minute_of_day / bin_minutes_; }
  [[nodiscard]] double week_factor(std::uint32_t hour_of_week) const;
  void open_season();

  double clip_, level_days_;
  double keep_level_, keep_day_, keep_week_, keep_weekday_, keep_dispersion_;
  std::uint32_t bin_minutes_;
  bool ready_ = false;
  double minutes_seen_ = 0;
  Ratio level_, dispersion_;
  std::vector<Ratio> day_;
  std::array<Ratio, kHours> week_{};
  std::array<Ratio, 7> weekday_{};
};

}  // namespace dwell::detect
