#pragma once
// One click of one person, wherever it came from: the only thing the statistics see.

#include <cstdint>
#include <string_view>

namespace dwell::validate {

enum class Kind : std::uint8_t { view, cart, buy, login_done, login_failed };
inline constexpr std::uint32_t kPageKinds = 3;  ///< view, cart, buy: events of a session
enum class System : std::uint8_t { unknown, android, ios, other };
inline constexpr std::uint32_t kSystems = 4;
enum class Carrier : std::uint8_t { unknown, skt, kt, lgu, mvno, other };
inline constexpr std::uint32_t kCarriers = 6;

struct Click {
  std::int64_t time_us = 0;   ///< wall clock, since 1970-01-01 00:00 of the same clock
  std::uint64_t user = 0;     ///< mixed hash; 0: none
  std::uint64_t session = 0;  ///< mixed hash; 0: none
  std::uint64_t item = 0;     ///< mixed hash; 0: none
  Kind kind = Kind::view;
  System system = System::unknown;
  Carrier carrier = Carrier::unknown;
};

/// What a log knows. Statistics that need more are skipped, and say so.
struct Columns {
  bool user = false, session = false, event = false, item = false, outcome = false, carrier = false, system = false;
};

/// A bijection whose every output bit depends on every input bit (finaliser of SplitMix64, Steele et al. 2014).
constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}
/// Names as numbers: FNV-1a, mixed; never 0.
constexpr std::uint64_t name_hash(std::string_view text) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return mix(hash) | 1U;
}

inline constexpr std::int64_t kSecondUs = 1'000'000;
inline constexpr std::int64_t kHourUs = 3600 * kSecondUs;
inline constexpr std::int64_t kDayUs = 24 * kHourUs;

/// Day of a moment, also before 1970.
constexpr std::int64_t day_of(std::int64_t time_us) {
  return time_us >= 0 ? time_us / kDayUs : -((-time_us + kDayUs - 1) / kDayUs);
}

}  // namespace dwell::validate
