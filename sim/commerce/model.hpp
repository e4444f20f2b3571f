#pragma once
// Everything the shards of one run share, built once and then only read: calendar, id space, samplers, page chain.

#include <array>
#include <cstdint>
#include <vector>

#include "sim/commerce/calendar.hpp"
#include "sim/commerce/catalogue.hpp"
#include "sim/commerce/page_chain.hpp"
#include "sim/commerce/params.hpp"
#include "sim/commerce/population.hpp"
#include "sim/commerce/releases.hpp"
#include "sim/commerce/subscribers.hpp"
#include "sim/core/ids.hpp"
#include "sim/core/tables.hpp"
#include "sim/core/vocabulary.hpp"
#include "sim/protocol/keys.hpp"
#include "sim/protocol/networks.hpp"

namespace dwell::commerce {

/// How likely a log row is lost or late, as thresholds on 32 uniform bits.
struct LogFate {
  std::uint32_t lost_below = 0;
  std::uint32_t late_below = 0;  ///< lost_below <= bits < late_below: late
};

/// Pages whose log row is lost or late, or whose answer is empty, are few: 8 bits of a page's draw tell most others
/// from them, and for what is left a block of its own decides. Exact for any probabilities.
struct Exceptions {
  std::uint32_t below = 0;            ///< 8 bits below this: an exception is possible
  LogFate fate;                       ///< for word 0 of the block
  std::uint32_t empty_if_prompt = 0;  ///< for word 1: the answer is empty when it is below; of prompt rows
  std::uint32_t empty_if_not = 0;     ///< of others
};

/// Orders on the longest order list.
inline constexpr std::uint32_t kMostOrders = 10;

/// Shared, read-only. `networks` must outlive it; shards refer to it for their whole life.
class Model {
 public:
  /// `scale` shrinks ids and accounts; `first_day` is the calendar date of time 0; `days` the length of the run.
  Model(const Params& params, double scale, Date first_day, std::int64_t days, std::uint32_t shards,
        const protocol::KeyRing& keys, const protocol::NetworkTable& networks, Seed seed);
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  [[nodiscard]] std::uint32_t ids() const { return population_.ids(); }
  [[nodiscard]] std::uint64_t accounts() const { return population_.accounts(); }
  [[nodiscard]] std::uint32_t shards() const { return shards_; }
  /// Whether an id names an account.
  [[nodiscard]] bool exists(MemberId id) const { return population_.exists(id); }
  [[nodiscard]] ShardId shard_of(MemberId id) const { return {id.value % shards_}; }

  /// Expected page events of ordinary sessions in minute `window` of the run, on the whole platform, given the realised
  /// rate: starts convolved with the pages a session has so many minutes later. About 100 ns.
  [[nodiscard]] double intensity(std::int64_t window) const;
  /// Expected share of a page among page events of ordinary sessions of a day of the run.
  [[nodiscard]] double page_share(Page page, std::int64_t day) const;
  [[nodiscard]] double pages_per_session() const { return pages_per_session_; }
  /// Expected events of an ordinary day.
  [[nodiscard]] double events_per_day() const { return population_.sessions_per_day() * pages_per_session_; }

  /// Which items rows name, for readers of rows.
  [[nodiscard]] const Catalogue& catalogue() const { return catalogue_; }

  // For shards.
  [[nodiscard]] const Params& params() const { return params_; }
  [[nodiscard]] Seed seed() const { return seed_; }
  [[nodiscard]] const Calendar& calendar() const { return calendar_; }
  [[nodiscard]] const Population& population() const { return population_; }
  [[nodiscard]] const Subscribers& subscribers() const { return subscribers_; }
  [[nodiscard]] const Releases& releases() const { return releases_; }
  /// Of a version of the app.
  [[nodiscard]] const PageChain& chain(std::uint32_t version) const { return chains_[version]; }
  [[nodiscard]] const protocol::KeyRing& keys() const { return keys_; }
  [[nodiscard]] LogFate access_fate() const { return access_fate_; }
  [[nodiscard]] LogFate auth_fate() const { return auth_fate_; }
  [[nodiscard]] const Exceptions& exceptions() const { return exceptions_; }
  [[nodiscard]] Duration think(std::uint32_t bits) const { return think_.draw(bits); }
  [[nodiscard]] Duration lateness(std::uint32_t bits) const { return lateness_.draw(bits); }
  /// Pages of a session.
  [[nodiscard]] std::uint32_t length(std::uint32_t bits) const;
  /// Log lines of a page, whoever asks for it: one of a page of one member's data, which is one call; others fan out,
  /// by 8 uniform bits.
  [[nodiscard]] std::uint8_t log_lines(std::uint32_t page, std::uint32_t bits) const {
    return log_lines_[(bits & 0xffU) | (page >= kFirstDataPage ? 256U : 0U)];
  }
  /// What an ordinary session's visit of a page of the chain is, as in a moment: the page it shows, its log lines, and
  /// the records of its answer but for the length of the address list. `bits` are 8 uniform bits: pages that fan out
  /// take their log lines from them, my page and the address page whether it is the order list (and how long) or the
  /// edit form.
  [[nodiscard]] std::uint32_t answer(std::uint32_t page, std::uint32_t bits) const {
    const std::uint32_t kind = page >= kFirstDataPage ? page - kFirstDataPage + 1 : 0;
    return page ^ answers_[kind << 8 | (bits & 0xffU)];
  }
  /// Level of the page chain for an inclination to buy, rounded up or down at random so that its mean is kept.
  [[nodiscard]] static std::uint32_t level(double conversion, double uniform) {
    const double exact = conversion * (1 / PageChain::kLevelStep) + uniform;
    return exact < PageChain::kLevels ? static_cast<std::uint32_t>(exact) : PageChain::kLevels - 1;
  }
  /// Poisson draw with the given mean (quantised to 1/64, at most 62 for what it returns); `bits` uniform.
  [[nodiscard]] std::uint32_t poisson(double mean, std::uint32_t bits) const;

 private:
  void build_samplers();
  void build_exceptions();
  void build_profile();
  void build_log_lines();
  void build_answers();
  void split_pages(std::array<double, kPages>& shares) const;

  Params params_;
  Seed seed_;
  std::uint32_t shards_;
  protocol::KeyRing keys_;
  Population population_;
  Calendar calendar_;
  Catalogue catalogue_;
  Subscribers subscribers_;
  Releases releases_;
  std::vector<PageChain> chains_;  // by version of the app
  DurationTable length_, think_, lateness_;
  static constexpr std::uint32_t kFirstDataPage = static_cast<std::uint32_t>(Page::mypage);
  std::array<std::uint8_t, 512> log_lines_{};  // the second half: of pages of one member's data
  // By kind of page (those that fan out, my page, profile, address) and bits: what `answer` returns, but for the page
  // the bits that differ.
  std::array<std::uint16_t, 1024> answers_{};
  std::vector<double> poisson_zero_;  // e^(-i/64)
  LogFate access_fate_, auth_fate_;
  Exceptions exceptions_;
  double pages_per_session_ = 0;
  std::vector<std::array<double, kPages>> page_share_;  // by version of the app
  std::vector<double> profile_;                         // pages of a session so many minutes after its start
};

}  // namespace dwell::commerce
