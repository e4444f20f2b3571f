#pragma once
// Small worlds for tests, and what a run emitted as plain words that can be compared bit for bit.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/core/digest.hpp"
#include "sim/kernel/executor.hpp"
#include "sim/world/simulation.hpp"

namespace dwell::world::test {

inline const Scenario& tiny() {
  static const Scenario scenario = read_scenario(std::string(DWELL_SOURCE_DIR) + "/scenarios/tiny.json").value();
  return scenario;
}

inline std::unique_ptr<Simulation> make_world(const RunOptions& options, const Scenario& scenario = tiny()) {
  return std::move(Simulation::make(scenario, options).value());
}

/// One row as words: its label, its columns, the topic it belongs to.
using Words = std::vector<std::uint64_t>;

#define DWELL_WORD(kind, type, name, unit, sentinel, meaning) words.push_back(static_cast<std::uint64_t>(row.name));
#define DWELL_ROW_WORDS(topic, Stem, COLUMNS, meaning)                \
  inline Words words_of(const telemetry::Stem##Row& row) {            \
    Words words{static_cast<std::uint64_t>(telemetry::Topic::topic)}; \
    COLUMNS(DWELL_WORD)                                               \
    return words;                                                     \
  }
DWELL_TOPICS(DWELL_ROW_WORDS)
#undef DWELL_ROW_WORDS
#undef DWELL_WORD

/// Calls use(row, label) for every row of the last window: access rows in order of shard, auth rows likewise, then the
/// platform's topics.
template <class Use>
void each_row(const Simulation& world, Use use) {
  const auto all = [&](const auto& labelled) {
    for (std::size_t i = 0; i < labelled.rows.size(); ++i) use(labelled.rows.row(i), world.label(labelled.origins[i]));
  };
  for (const auto& partition : world.partitions()) all(partition.access);
  for (const auto& partition : world.partitions()) all(partition.auth);
  const telemetry::PlatformRows& platform = world.platform();
  all(platform.keys);
  all(platform.workforce);
  all(platform.audit);
  all(platform.complaints);
  all(platform.deception);
}

/// What a whole run emitted.
struct Trace {
  std::vector<std::uint64_t> windows;  ///< a digest over all rows and labels of each window
  std::uint64_t rows = 0, foreign_rows = 0;
  std::uint64_t background_digest = 0, foreign_digest = 0;
  friend bool operator==(const Trace&, const Trace&) = default;
};

inline std::uint64_t digest_of_window(const Simulation& world) {
  Digest digest;
  each_row(world, [&](const auto& row, std::uint8_t label) {
    digest.add(label);
    for (const std::uint64_t word : words_of(row)) digest.add(word);
  });
  return digest.value;
}

inline Trace trace_of(Simulation& world) {
  Trace trace;
  while (world.step()) trace.windows.push_back(digest_of_window(world));
  trace.rows = world.rows();
  trace.foreign_rows = world.foreign_rows();
  trace.background_digest = world.background_digest();
  trace.foreign_digest = world.foreign_digest();
  return trace;
}

}  // namespace dwell::world::test
