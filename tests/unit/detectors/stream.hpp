#pragma once
// A small made-up platform for testing detectors: rows window by window, and runs of one detector over them.

#include <functional>
#include <memory>
#include <vector>

#include "detectors/api/detector.hpp"

namespace dwell::detect::test {

/// One window's rows of all topics, access and auth in order of ingestion.
struct StreamWindow {
  telemetry::AccessBatch access;
  telemetry::AuthBatch auth;
  telemetry::KeysBatch keys;
  telemetry::WorkforceBatch workforce;
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
/// service that reads members, misses; and a campaign if planted: forged tokens, honey accounts, misses, one source.
Stream make_stream(std::size_t days, const Plant& plant, std::uint64_t seed = 1);

/// How a run hands out the rows; scores must not depend on any of it.
struct Handling {
  /// random_tree: every half of a shard's rows fills a table of its own; tables are merged two by two in random order.
  enum class Grouping { shard_by_shard, shards_reversed, all_at_once, split, random_tree };
  Grouping grouping = Grouping::shard_by_shard;
  std::size_t save_at = SIZE_MAX;  ///< before this window, save and go on with a restored new instance
  std::size_t clone_at =
      SIZE_MAX;  ///< before this window, clone, feed the original other rows, and go on with the clone
};

Setting setting(std::uint64_t seed = 5);
using WindowScores = std::vector<std::vector<Scores::Item>>;  // by window, in order of entity
struct Run {
  WindowScores scores;
  std::uint64_t most_state_bytes = 0;
};
Run run(const CatalogueEntry& entry, const Stream& stream, const Handling& handling = {});
/// Scores of one window's rows as they are, for hand-made streams.
double greatest(const WindowScores& scores, std::size_t from = 0, std::size_t to = SIZE_MAX);
/// The greatest score of one entity in a window; -infinity when it has none.
double score_of(const WindowScores& scores, std::size_t window, Entity entity);
bool same(const WindowScores& a, const WindowScores& b, std::size_t windows = SIZE_MAX);

/// An ordinary answered row of a window, to be changed as a test needs.
telemetry::AccessRow access_row(std::size_t window, std::uint32_t member, std::uint32_t source, std::uint32_t key);

}  // namespace dwell::detect::test
