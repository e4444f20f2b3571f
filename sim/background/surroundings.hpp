#pragma once
// What every background process knows of the run it is part of.

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "sim/core/fields.hpp"
#include "sim/core/ids.hpp"
#include "sim/core/random.hpp"
#include "sim/kernel/process.hpp"
#include "sim/protocol/keys.hpp"
#include "sim/protocol/messages.hpp"
#include "sim/protocol/networks.hpp"

namespace dwell::background {

/// The tables pointed to must outlive the processes. The predicates must be pure and safe to call from any thread.
struct Surroundings {
  std::uint32_t shards = 1;  ///< they are processes 0 .. shards - 1; a member lives in shard id mod shards
  std::uint64_t ids = 1;     ///< member ids run from 1 to this, at the run's scale
  double scale = 1;
  const protocol::NetworkTable* networks = nullptr;
  const protocol::KeyRing* keys = nullptr;
  std::array<double, 24> hour{};  ///< traffic by hour of day, Korean time; any positive sum
  Seed seed;
  std::int64_t days = 0;                    ///< length of the run
  std::function<bool(MemberId)> exists;     ///< whether an id names an account
  std::function<bool(MemberId)> dormant{};  ///< accounts that never visit; empty: none is known
  /// Expected orders of each hour of the run, at the run's scale; none: nothing is opened by orders.
  std::vector<double> orders{};
  /// Whether to keep a member that was drawn uniformly, in proportion to how often she buys, from a uniform number;
  /// empty: always.
  std::function<bool(MemberId, double)> buys{};
  Date first_day{};                       ///< of the run
  std::function<bool(MemberId)> honey{};  ///< honey accounts, which nightly exports leave out; empty: none is known
};

/// Draws an id that names an account (or none). Ids are tried at random, up to 64, then in order from the last one, so
/// a platform without such an id still ends; the last id tried is returned then.
MemberId draw_existing(const Surroundings& around, RandomStream& random);
MemberId draw_stale(const Surroundings& around, RandomStream& random);
/// A member in proportion to how often she buys; after 64 tries whoever was drawn last.
MemberId draw_buyer(const Surroundings& around, RandomStream& random);
/// Midnight of a date; before the run it is negative.
inline Time midnight(const Surroundings& around, Date date) {
  return Time{} + Duration::days(std::int64_t{date.days} - around.first_day.days);
}

/// `hour` scaled to a mean of 1; all ones when its sum is 0.
std::array<double, 24> mean_one(const std::array<double, 24>& hour);

/// Keys of one use, with the shares of the legitimate tokens they sign. `orphaned` chooses among keys whose owner has
/// left or has not; falls back to all used keys of that use when there is none, unless `strict`.
std::vector<protocol::Key> keys_of(const protocol::KeyRing& ring, protocol::KeyUse use, bool orphaned, bool strict);

/// The keys in use at the support desk, whoever owns them; service keys where it has none of its own.
std::vector<protocol::Key> desk_keys(const protocol::KeyRing& ring);

/// Signing keys that no rotation policy touches (older than a year; else all that are in use): what a client keeps
/// presenting for months.
std::vector<protocol::Key> settled_signing_keys(const protocol::KeyRing& ring);

/// An opaque token number from 64 uniform bits: odd, like the numbers of all tokens of the platform, so never 0.
constexpr TokenId as_token(std::uint64_t bits) { return {bits | 1}; }
TokenId make_token(Seed seed, std::uint32_t entity, Purpose what, std::uint32_t ordinal);

/// Sends a request to the shard of its member.
inline void send_request(kernel::Context& context, std::uint32_t shards, Time at, const protocol::Request& request) {
  context.send({request.member.value % shards}, at, static_cast<unsigned>(protocol::Priority::request),
               kernel::pack(request));
}

}  // namespace dwell::background
