#pragma once
// Strong identifiers: an id of one kind cannot be passed where another is meant.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace dwell {

template <class Tag, class Rep>
struct Id {
  using rep = Rep;
  Rep value{};
  friend constexpr auto operator<=>(Id, Id) = default;
};

/// Sequential account number, from 1; may name nobody.
using MemberId = Id<struct MemberTag, std::uint32_t>;
/// IPv4 source address as a number; 0 is none.
using SourceId = Id<struct SourceTag, std::uint32_t>;
/// Autonomous system, as an index redrawn for every seed.
using NetworkId = Id<struct NetworkTag, std::uint16_t>;
/// Country, as an index redrawn for every seed.
using CountryId = Id<struct CountryTag, std::uint16_t>;
/// A token-signing or service key, as an opaque number redrawn for every seed; 0 is none.
using KeyId = Id<struct KeyTag, std::uint32_t>;
/// One signed token: an opaque keyed hash; 0 is none.
using TokenId = Id<struct TokenTag, std::uint64_t>;
/// Employee or support agent; 0 is none.
using StaffId = Id<struct StaffTag, std::uint32_t>;
/// A logical process of the kernel.
using ProcessId = Id<struct ProcessTag, std::uint32_t>;
/// A shard of members: member id mod number of shards.
using ShardId = Id<struct ShardTag, std::uint32_t>;
/// Who caused a request, as an opaque number; only the truth knows what it means. 0 is background.
using Origin = Id<struct OriginTag, std::uint32_t>;
/// The seed of a run.
using Seed = Id<struct SeedTag, std::uint64_t>;

inline constexpr Origin kBackground{0};

}  // namespace dwell

template <class Tag, class Rep>
struct std::hash<dwell::Id<Tag, Rep>> {
  std::size_t operator()(dwell::Id<Tag, Rep> id) const noexcept { return std::hash<Rep>{}(id.value); }
};
