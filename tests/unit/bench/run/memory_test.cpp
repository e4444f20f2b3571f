// Whether a contender keeps within its declared memory must not depend on how its containers grew.

#include <catch2/catch.hpp>
#include <optional>

#include "bench/run/world_run.hpp"
#include "detectors/common/described.hpp"
#include "tests/differential/sim/world/worlds.hpp"

namespace dwell::run {
namespace {

/// Keeps a number a window, in a vector that doubles.
class Hoarder final : public detect::Described<Hoarder, detect::SequentialDetector> {
 public:
  static constexpr const char* kName = "hoarder";
  using Described::Described;
  void observe(const detect::WindowRows&) override {}
  void close(const detect::WindowInfo& window, detect::Scores&) override { kept_.push_back(window.index); }
  void save(ByteWriter& writer) const override { writer.put_vector(kept_); }
  Status restore(ByteReader& reader) override {
    kept_ = reader.get_vector<std::int64_t>();
    return restored(reader);
  }
  [[nodiscard]] std::uint64_t state_bytes() const override { return kept_.capacity() * sizeof(std::int64_t); }

 private:
  std::vector<std::int64_t> kept_;
};

Contender hoarder(std::uint64_t bound_bytes) {
  detect::Descriptor descriptor;
  descriptor.name = Hoarder::kName;
  descriptor.form = detect::Form::sequential;
  descriptor.memory_bound_bytes = bound_bytes;
  return {descriptor, "detector",
          [descriptor](const detect::Setting&) { return std::make_unique<Hoarder>(descriptor); }};
}

struct Verdicts {
  std::string straight, resumed;
};

/// Of a run that goes through, and of one that goes on from its first noon.
Verdicts verdicts(std::uint64_t bound_bytes) {
  const std::vector<Contender> list = {hoarder(bound_bytes)};
  std::optional<std::vector<std::byte>> kept;
  WorldOptions options{.scale = {1, 30'000}, .seed = {3}, .days = 1, .floors = {}};
  Verdicts found;
  options.checkpoint = WorldCheckpoint{.every = Duration::hours(12),
                                       .name = "memory",
                                       .load = [&] { return Result<std::optional<std::vector<std::byte>>>(kept); },
                                       .store =
                                           [&](std::span<const std::byte> bytes) {
                                             if (!kept) kept.emplace(bytes.begin(), bytes.end());
                                             return success();
                                           }};
  found.straight = run_world(world::test::tiny(), list, options).value()->contenders[0].crash;
  REQUIRE(kept);
  found.resumed = run_world(world::test::tiny(), list, options).value()->contenders[0].crash;
  return found;
}

constexpr std::uint64_t kRunBytes = 4320 * sizeof(std::int64_t);  // two days of warm-up and one

}  // namespace

TEST_CASE("a state whose container has room to spare beyond the bound keeps within it, resumed or not") {
  // 4,320 numbers in a vector that doubled up to 8,192, or that came back as 720 and doubled to 5,760.
  const Verdicts enough = verdicts(kRunBytes + 800);
  CHECK(enough.straight.empty());
  CHECK(enough.resumed.empty());
}

TEST_CASE("a state that exceeds its bound is refused, resumed or not") {
  const Verdicts little = verdicts(kRunBytes - 800);
  CHECK(little.straight == "its state exceeds the declared bound of 33760 bytes");
  CHECK(little.resumed == little.straight);
}

}  // namespace dwell::run
