#pragma once
// What a detector is. It sees rows, the window's number and time, and nothing else: no truth, no scenario, no future.
//
// For each window of one minute the harness calls
//   observe   with the rows ingested in the window, of the topics and pages the descriptor names;
//   close     once: the detector scores the window against what it had learnt before, and only then learns from it.
// Detector state may be copied at any window (`clone`), which is how one pass yields a clean, a factual and a placebo
// view.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "detectors/api/descriptor.hpp"
#include "detectors/api/feature_vector.hpp"
#include "detectors/api/stream.hpp"
#include "detectors/api/window_table.hpp"
#include "sim/core/ids.hpp"
#include "sim/core/serial.hpp"
#include "sim/telemetry/batch.hpp"

namespace dwell::detect {

/// A window as detectors see it; times are shifted by a whole number of weeks, the same for a whole run.
struct WindowInfo {
  std::int64_t index = 0;  ///< from 0 at the start of the run
  std::int64_t begin_us = 0;
  std::int64_t end_us = 0;
};

/// The rows of one window; topics a detector did not name are empty. Platform topics (keys to deception) are the same
/// for every shard and for close. Complaints are the view's: without shard state, judge them in close.
struct WindowRows {
  telemetry::AccessRows access;
  telemetry::AuthRows auth;
  telemetry::KeysRows keys;
  telemetry::WorkforceRows workforce;
  telemetry::AuditRows audit;
  telemetry::ComplaintsRows complaints;
  telemetry::DeceptionRows deception;
};

/// What a scenario's owner tells every detector before the run: the seed of its own coins, and sizes for its tables.
struct Setting {
  Seed seed;  ///< detector randomness is a pure function of (seed, entity, window)
  std::uint32_t shards = 1;
  std::int64_t windows_per_day = 1440;
  std::uint64_t members_expected = 0;  ///< order of magnitude of the member ids in use, for table sizes
  std::uint64_t events_per_day_expected = 0;
  /// ISO 3166 codes by country number, as a geolocation base has them; empty ones, and numbers beyond, are not known.
  std::vector<std::string> countries = {};
};

/// Receives scores. Larger is more suspicious; NaN is a defect and demanded against. Any order within a window.
class Scores {
 public:
  struct Item {
    Entity entity;
    double value;
  };
  void emit(Entity entity, double value) {
    DWELL_DEMAND(value == value, "a detector emitted NaN for " + to_string(entity));
    if (value > floor_) items_.push_back({entity, value});
  }
  /// Scores at or below it can never matter; detectors may skip work for them.
  [[nodiscard]] double floor() const { return floor_; }

  // For the harness.
  void begin(double floor) {
    floor_ = floor;
    items_.clear();
  }
  /// By entity: whatever order they came in, what is kept of them is the same.
  [[nodiscard]] std::span<const Item> sorted() {
    const auto before = [](const Item& a, const Item& b) {
      return std::tie(a.entity, a.value) < std::tie(b.entity, b.value);
    };
    if (items_.size() > 1) std::sort(items_.begin(), items_.end(), before);
    return items_;
  }
  [[nodiscard]] std::span<const Item> items() const { return items_; }

 private:
  double floor_ = 0;
  std::vector<Item> items_;
};

class Detector {
 public:
  virtual ~Detector() = default;
  [[nodiscard]] virtual const Descriptor& descriptor() const = 0;
  /// A copy with its own state.
  [[nodiscard]] virtual std::unique_ptr<Detector> clone() const = 0;
  virtual void save(ByteWriter& writer) const = 0;
  virtual Status restore(ByteReader& reader) = 0;
  /// Bytes of state held now, shard states excluded.
  [[nodiscard]] virtual std::uint64_t state_bytes() const = 0;
  /// Processor time taken so far outside the threads that call it; 0 for a detector that works in its calls alone.
  [[nodiscard]] virtual double outside_ns() const { return 0; }
};

/// Persistent state of one shard for a sharded detector, keyed by member or token.
class ShardState {
 public:
  virtual ~ShardState() = default;
  [[nodiscard]] virtual std::unique_ptr<ShardState> clone() const = 0;
  virtual void save(ByteWriter& writer) const = 0;
  virtual Status restore(ByteReader& reader) = 0;
  [[nodiscard]] virtual std::uint64_t state_bytes() const = 0;
};

/// The sharded form: rows of each shard are observed apart, in any order and on any thread, into small integer tables
/// (window_table.hpp) that are merged exactly in any grouping; `close` then sees the merged table.
class ShardedDetector : public Detector {
 public:
  /// State of one shard; nullptr (the default) when the detector keeps none. A detector without shard state must be
  /// additive: observing two sets of rows into one table equals observing them apart and merging. The harness relies on
  /// it to share the background's table between views.
  [[nodiscard]] virtual std::unique_ptr<ShardState> make_shard_state(ShardId) const { return nullptr; }
  /// Names what `observe` makes of rows, where several detectors make the same: without shard state, those of one name
  /// that see the same rows are given one table, and must fail alike. Empty (the default): the detector's own. A literal,
  /// as it is kept.
  [[nodiscard]] virtual std::string_view table_name() const { return {}; }
  /// Rows of one shard, in order of ingestion; with no shard state possibly of several shards at once. Must not touch
  /// `this`, so that shards can run on different threads and ranks.
  virtual void observe(const WindowRows& rows, ShardState* state, WindowTable& table) const = 0;
  /// Scores the window from the merged table and the platform topics (access and auth are empty here), then learns.
  virtual void close(const WindowInfo& window, const WindowRows& platform, const WindowTable& table,
                     Scores& scores) = 0;
};

/// The sequential form: one instance that receives its rows merged over all shards by (ingest time, keyed hash).
class SequentialDetector : public Detector {
 public:
  virtual void observe(const WindowRows& rows) = 0;
  virtual void close(const WindowInfo& window, Scores& scores) = 0;
  /// Optional: the score of every access row, in order, as `observe` sees it; `out` has rows.access.size() places.
  /// Called instead of `observe`. False when the detector does not score single rows; then nothing was observed.
  virtual bool score_rows(const WindowRows& rows, std::span<double> out) {
    static_cast<void>(rows);
    static_cast<void>(out);
    return false;
  }
};

/// The features form: judges what the rows of a block of windows amount to. One stage (detectors/features) computes the
/// vector for all detectors of this form; where no stage is shared, detectors/features/own_stage.hpp gives one its own.
class FeatureDetector : public Detector {
 public:
  /// Called for windows that end a block, once features have a past to be compared with: scores the vector against
  /// what was learnt from those before it, then learns.
  virtual void close(const WindowInfo& window, const FeatureVector& features, Scores& scores) = 0;
};

/// One entry of the catalogue: the published defaults, and how to make an instance with parameters set; for somebody's
/// own series or edges too (stream.hpp), where the algorithm has a meaning there.
struct CatalogueEntry {
  Descriptor (*describe)();
  std::unique_ptr<Detector> (*make)(const Descriptor& descriptor, const Setting& setting);
  std::unique_ptr<SeriesDetector> (*make_series)(const Descriptor& descriptor, std::size_t columns) = nullptr;
  std::unique_ptr<EdgeDetector> (*make_edges)(const Descriptor& descriptor) = nullptr;
  /// The memory bound in bytes with these parameters, where they change what `describe` says.
  std::uint64_t (*memory_bound)(const Descriptor& descriptor) = nullptr;
};

}  // namespace dwell::detect
