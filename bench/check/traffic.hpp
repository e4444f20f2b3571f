#pragma once
// A small made-up platform that has something for every detector; no simulator is needed.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/telemetry/batch.hpp"

namespace dwell::check {

/// One window's rows of all topics, access and auth in order of ingestion.
struct StreamWindow {
  telemetry::AccessBatch access;
  telemetry::AuthBatch auth;
  telemetry::KeysBatch keys;
  telemetry::WorkforceBatch workforce;
  telemetry::AuditBatch audit;
  telemetry::ComplaintsBatch complaints;
  telemetry::DeceptionBatch deception;
};
using Stream = std::vector<StreamWindow>;

inline constexpr std::int64_t kWindowUs = 60'000'000;
inline constexpr std::uint32_t kShards = 4;
inline constexpr std::uint32_t kHoney = 3001;           // first of five planted members
inline constexpr std::uint32_t kLeaversKey = 12;        // signs half of the ordinary tokens; its owner left long ago
inline constexpr std::uint32_t kIntruder = 0x0a0b0c0d;  // source of the planted campaign

struct Plant {
  std::size_t from = SIZE_MAX;  ///< first window with campaign rows
  std::size_t windows = 0;
  std::uint32_t rows = 40;  ///< a window
};
/// `days` of ordinary traffic: about seven requests a minute with a daily rhythm, sessions with issued tokens, a
/// service that reads members and is audited, misses; and a campaign if planted: forged tokens, honey accounts, misses,
/// one source abroad.
Stream make_stream(std::size_t days, const Plant& plant, std::uint64_t seed = 1);
/// `windows` of a busy platform, 2,000 requests each, on which sources, members and tokens are ever new.
Stream make_crowd(std::size_t windows);
/// `windows` of a busy platform, 2,000 requests each of 200,000 members at 20,000 sources.
Stream make_rush(std::size_t windows);

/// An ordinary answered row of a window, to be changed as a caller needs.
telemetry::AccessRow access_row(std::size_t window, std::uint32_t member, std::uint32_t source, std::uint32_t key);

}  // namespace dwell::check
