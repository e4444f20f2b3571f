#pragma once
// Runs of one detector over made-up traffic, with the rows handed out in every way that must not matter.

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "bench/check/traffic.hpp"
#include "detectors/api/detector.hpp"

namespace dwell::check {

/// What is checked: a descriptor, and how to make an instance that follows it.
struct Subject {
  detect::Descriptor descriptor;
  std::function<std::unique_ptr<detect::Detector>(const detect::Setting&)> make;
  /// Tries interfaces of other versions with it: which were refused, or the one that was not. Empty for a detector that
  /// no interface lies before.
  std::function<Result<std::string>()> refuse_other_versions = {};
  std::uint64_t host_bytes = 0;  ///< of the descriptor's memory bound, what its host adds to what the author declared
};
Subject subject_of(const detect::CatalogueEntry& entry);

/// How a run hands out the rows; scores must not depend on any of it.
struct Handling {
  /// random_tree: every half of a shard's rows fills a table of its own; tables are merged two by two in random order.
  /// threads: shards are observed at the same time.
  enum class Grouping { shard_by_shard, shards_reversed, all_at_once, split, random_tree, threads };
  Grouping grouping = Grouping::shard_by_shard;
  /// Windows outside [grouped_from, grouped_until) are handed out shard by shard.
  std::size_t grouped_from = 0, grouped_until = SIZE_MAX;
  std::size_t save_at = SIZE_MAX;  ///< before this window, save and go on with a restored new instance
  std::size_t clone_at =
      SIZE_MAX;  ///< before this window, clone, feed the original other rows, and go on with the clone
  std::uint64_t seed = 5;
  bool timed = false;
};

detect::Setting setting(std::uint64_t seed = 5);
using WindowScores = std::vector<std::vector<detect::Scores::Item>>;  // by window, in order of entity
struct Run {
  WindowScores scores;
  std::uint64_t most_state_bytes = 0;
  std::uint64_t rows = 0;  ///< that the detector subscribes to, where timed
  double core_ns = 0;      ///< processor time in observe and close, where timed
};
/// Throws what the detector throws, and InvariantError where it breaks a rule of the interface.
Run run(const Subject& subject, const Stream& stream, const Handling& handling = {});
/// The greatest score in windows [from, to); -infinity when there is none.
double greatest(const WindowScores& scores, std::size_t from = 0, std::size_t to = SIZE_MAX);
/// The greatest score of one entity in a window; -infinity when it has none.
double score_of(const WindowScores& scores, std::size_t window, detect::Entity entity);
bool same(const WindowScores& a, const WindowScores& b, std::size_t windows = SIZE_MAX);

}  // namespace dwell::check
