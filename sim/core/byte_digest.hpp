#pragma once
// A digest of bytes: shows damage and differences, not forgery.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "sim/core/digest.hpp"

namespace dwell {

/// 64 bits over all bytes and their number, whatever their alignment. Four chains side by side, as a multiplication
/// waits for the one before it.
inline std::uint64_t digest_of(std::span<const std::byte> bytes) {
  Digest lanes[4] = {{1}, {2}, {3}, {4}};
  const std::byte* at = bytes.data();
  std::size_t rest = bytes.size();
  for (; rest >= sizeof(std::uint64_t[4]); at += sizeof(std::uint64_t[4]), rest -= sizeof(std::uint64_t[4])) {
    std::uint64_t words[4];
    std::memcpy(words, at, sizeof words);
    for (std::size_t i = 0; i < 4; ++i) lanes[i].add(words[i]);
  }
  std::uint64_t last[4] = {};
  if (rest != 0) std::memcpy(last, at, rest);
  Digest whole{bytes.size()};
  for (std::size_t i = 0; i < 4; ++i) {
    lanes[i].add(last[i]);
    whole.add(lanes[i].value);
  }
  return mix64(whole.value);
}

}  // namespace dwell
