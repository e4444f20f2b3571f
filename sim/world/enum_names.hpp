#pragma once
// Names under which scenarios write the enumerations whose own headers carry none. Found by argument-dependent lookup:
// enum_names(E{}) lists the names in order of value.

#include <array>
#include <span>
#include <string_view>

#include "sim/campaign/spec.hpp"
#include "sim/core/data_fields.hpp"
#include "sim/core/vocabulary.hpp"
#include "sim/protocol/segments.hpp"
#include "sim/telemetry/columns.hpp"
#include "sim/workforce/params.hpp"

namespace dwell {

inline std::span<const std::string_view> enum_names(Page) { return kPageNames; }
inline std::span<const std::string_view> enum_names(Segment) { return kSegmentNames; }
inline std::span<const std::string_view> enum_names(DataField) { return kDataFieldNames; }

namespace protocol {

inline std::span<const std::string_view> enum_names(KeyUse) {
  static constexpr std::array<std::string_view, kKeyUses> kNames = {"token_signing", "service",  "partner",
                                                                    "support",       "database", "cloud_role"};
  return kNames;
}

}  // namespace protocol

namespace telemetry {

inline std::span<const std::string_view> enum_names(Topic) {
  static constexpr std::array<std::string_view, kTopics> kNames = {"access", "auth",       "keys",     "workforce",
                                                                   "audit",  "complaints", "deception"};
  return kNames;
}

}  // namespace telemetry

namespace campaign {

inline std::span<const std::string_view> enum_names(Concentration) {
  static constexpr std::array<std::string_view, 2> kNames = {"even", "top16"};
  return kNames;
}
inline std::span<const std::string_view> enum_names(Pace) {
  static constexpr std::array<std::string_view, 3> kNames = {"constant", "business_hours", "rhythm"};
  return kNames;
}
inline std::span<const std::string_view> enum_names(Order) {
  static constexpr std::array<std::string_view, 2> kNames = {"sequential", "shuffled"};
  return kNames;
}
inline std::span<const std::string_view> enum_names(Target) {
  static constexpr std::array<std::string_view, 2> kNames = {"every_id", "found"};
  return kNames;
}

}  // namespace campaign

namespace workforce {

inline std::span<const std::string_view> enum_names(KeyUseOfInsider) {
  static constexpr std::array<std::string_view, 3> kNames = {"shared_production", "trusted_unused", "exclusive"};
  return kNames;
}

}  // namespace workforce
}  // namespace dwell
