#pragma once
// The surroundings in which sizes of confusers are tested.

#include <catch2/catch.hpp>
#include <cmath>

#include "sim/background/background.hpp"
#include "tests/unit/sim/background/collector.hpp"

namespace dwell::test {

using protocol::Key;
using protocol::KeyUse;

inline constexpr std::uint32_t kShards = 4;
inline constexpr std::int64_t kDays = 60;
inline constexpr double kScale = 0.001;
inline constexpr double kOrdersADay = 4'200'000;

inline const protocol::KeyRing& ring() {
  static const protocol::KeyRing value{{
      {{101}, KeyUse::token_signing, {1}, Time{-Duration::days(500).us}, 0.6, false, false},
      {{102}, KeyUse::token_signing, {2}, Time{-Duration::days(20).us}, 0.4, false, false},
      {{201}, KeyUse::service, {3}, Time{-Duration::days(500).us}, 0.7, false, false},
      {{202}, KeyUse::service, {4}, Time{-Duration::days(700).us}, 0.3, true, false},
      {{301}, KeyUse::partner, {5}, Time{-Duration::days(500).us}, 0.5, false, false},
      {{302}, KeyUse::partner, {6}, Time{-Duration::days(500).us}, 0.5, false, false},
  }};
  return value;
}

inline const background::Surroundings& around() {
  static const protocol::NetworkTable table(networks(), {31});
  static const background::Surroundings value = [] {
    background::Surroundings a;
    a.shards = kShards;
    a.ids = 77'700;
    a.scale = kScale;
    a.networks = &table;
    a.keys = &ring();
    a.hour = hours();
    a.seed = {31};
    a.days = kDays;
    a.exists = exists;
    a.first_day = {20'000};
    a.orders = std::vector<double>(kDays * 24, kOrdersADay * kScale / 24);
    return a;
  }();
  return value;
}

/// Found a sum of independent counts, expected its mean; the variance is so many times the mean.
inline void check_size(double found, double expected, double variance_factor = 1) {
  INFO("found " << found << ", expected " << expected);
  CHECK(std::abs(found - expected) < 5 * std::sqrt(expected * variance_factor) + 1);
}

inline protocol::NetworkKind kind_of(const protocol::Subscriber& from) {
  return around().networks->all()[from.network.value].kind;
}

}  // namespace dwell::test
