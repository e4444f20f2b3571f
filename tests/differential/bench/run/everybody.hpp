#pragma once
// All contenders of a study and some that fail in every way, and what is compared of what they find.

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "bench/run/contenders.hpp"
#include "bench/run/run_state.hpp"
#include "bench/run/world_run.hpp"
#include "tests/differential/bench/run/feature_echo.hpp"

namespace dwell::run::test {

using Bytes = std::vector<std::byte>;

/// What does not depend on time and memory taken.
inline Bytes findings(const ContenderRun& found) {
  ContenderRun run = found;
  run.clean_ns = 0;
  run.state_bytes = 0;
  ByteWriter writer;
  save(writer, run);
  return {writer.bytes().begin(), writer.bytes().end()};
}

inline WorldOptions options(std::size_t contenders) {
  return {
      .scale = {1, 8000}, .seed = {9}, .days = 2, .evaluation = true, .floors = std::vector<double>(contenders, 0.5)};
}

/// What a Fragile contender does wrong.
struct Fault {
  std::string name;
  std::int64_t observe_at = -1;  ///< window in which observing a shard throws
  std::uint32_t least_shard = 0, most_shard = UINT32_MAX;
  std::int64_t close_at = -1;     ///< window at whose end closing throws
  std::uint64_t shard_bytes = 0;  ///< state of each shard
  std::uint64_t bound_bytes = 0;  ///< declared
};

/// Scores the rows of a window, and fails as it was told.
class Fragile final : public detect::ShardedDetector {
 public:
  explicit Fragile(const Fault& fault) : fault_(fault) {
    descriptor_.name = fault.name;
    descriptor_.memory_bound_bytes = fault.bound_bytes;
  }
  [[nodiscard]] const detect::Descriptor& descriptor() const override { return descriptor_; }
  [[nodiscard]] std::unique_ptr<detect::Detector> clone() const override { return std::make_unique<Fragile>(*this); }
  void save(ByteWriter&) const override {}
  Status restore(ByteReader&) override { return success(); }
  [[nodiscard]] std::uint64_t state_bytes() const override { return 0; }

  struct Shard final : detect::ShardState {
    Shard(ShardId id, std::uint64_t size) : shard(id), bytes(size) {}
    [[nodiscard]] std::unique_ptr<ShardState> clone() const override { return std::make_unique<Shard>(*this); }
    void save(ByteWriter&) const override {}
    Status restore(ByteReader&) override { return success(); }
    [[nodiscard]] std::uint64_t state_bytes() const override { return bytes; }
    ShardId shard;
    std::uint64_t bytes;
    std::int64_t windows = 0;
  };
  [[nodiscard]] std::unique_ptr<detect::ShardState> make_shard_state(ShardId shard) const override {
    return std::make_unique<Shard>(shard, fault_.shard_bytes);
  }
  void observe(const detect::WindowRows& rows, detect::ShardState* state, detect::WindowTable& table) const override {
    auto& shard = static_cast<Shard&>(*state);
    const bool breaks = shard.shard.value >= fault_.least_shard && shard.shard.value <= fault_.most_shard;
    if (shard.windows++ == fault_.observe_at && breaks) {
      throw std::runtime_error(fmt::format("shard {} broke", shard.shard.value));
    }
    table.sums.add(1, static_cast<std::int64_t>(rows.access.size()) + 1);
  }
  void close(const detect::WindowInfo& window, const detect::WindowRows&, const detect::WindowTable& table,
             detect::Scores& scores) override {
    if (window.index == fault_.close_at) throw std::runtime_error("closing broke");
    scores.emit({detect::EntityKind::platform, 0}, static_cast<double>(table.sums.get(1)));
  }

 private:
  Fault fault_;
  detect::Descriptor descriptor_;
};

/// Failures that several ranks meet in one block of windows; alone the first of them is the one that is told.
inline const std::vector<Fault>& faults() {
  static const std::vector<Fault> all = {
      {.name = "one shard", .observe_at = 10, .least_shard = 3, .most_shard = 3},
      {.name = "several shards", .observe_at = 10, .least_shard = 2},
      {.name = "closing", .close_at = 10},
      {.name = "closing before a shard", .observe_at = 9, .least_shard = 5, .close_at = 2},
      {.name = "a shard before closing", .observe_at = 4, .least_shard = 5, .close_at = 9},
      {.name = "late", .observe_at = 4000, .least_shard = 1},
      {.name = "too large together", .shard_bytes = 100, .bound_bytes = 700},
      {.name = "just small enough", .shard_bytes = 100, .bound_bytes = 800}};
  return all;
}

inline std::vector<Contender> everybody() {
  auto list = contenders({}).value();
  list.push_back(feature_echo());
  for (const Fault& fault : faults()) {
    list.push_back({Fragile(fault).descriptor(), "detector",
                    [fault](const detect::Setting&) { return std::make_unique<Fragile>(fault); }});
  }
  return list;
}

}  // namespace dwell::run::test
