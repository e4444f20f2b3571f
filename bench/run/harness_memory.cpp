// What a contender's state takes, and whether that is more than it declared.

#include <fmt/format.h>

#include "bench/run/harness.hpp"

namespace dwell::run {
namespace {

/// Containers that double differ by no more, whether they grew or were restored.
constexpr std::uint64_t kMostSpare = 2;

/// What a part takes once it is saved and restored: a function of the state alone.
template <class Part, class Fresh>
std::uint64_t settled_bytes(const Part& part, const std::unique_ptr<Fresh>& fresh) {
  ByteWriter writer;
  part.save(writer);
  ByteReader reader(writer.bytes());
  return fresh != nullptr && fresh->restore(reader) ? fresh->state_bytes() : part.state_bytes();
}

}  // namespace

std::uint64_t Harness::bytes_of_shards(const Instance& instance) {
  std::uint64_t bytes = 0;
  for (const auto& state : instance.shards) bytes += state ? state->state_bytes() : 0;
  return bytes;
}

std::uint64_t Harness::settled_bytes_of_shards(const Instance& instance) {
  std::uint64_t bytes = 0;
  for (std::uint32_t s = 0; s < instance.shards.size(); ++s) {
    const auto& state = instance.shards[s];
    if (state) bytes += settled_bytes(*state, instance.sharded->make_shard_state(ShardId{s}));
  }
  return bytes;
}

/// For the rank that judges: settled where there is a bound, as no rank knows alone whether all come near it.
std::uint64_t Harness::share_of_bytes(std::size_t c) const {
  const Instance& clean = slots_[c].views[0];
  const bool bounded = slots_[c].descriptor->memory_bound_bytes != 0;
  return bounded ? settled_bytes_of_shards(clean) : bytes_of_shards(clean);
}

void Harness::measure_state() {
  const Instance* const stage = slots_.size() > runs_.size() ? &slots_.back().views[0] : nullptr;
  for (std::size_t c = 0; c < runs_.size(); ++c) measure(c, takes_features(c) ? stage : nullptr);
}

/// The room that a container keeps to spare depends on how it grew, which a resumed run does not know. So near the
/// bound it is the settled state that counts; a state in another process has no other measure than its pages.
void Harness::measure(std::size_t c, const Instance* stage) {
  const Instance& clean = slots_[c].views[0];
  if (clean.detector == nullptr) return;
  const bool staged = stage != nullptr && stage->detector != nullptr;
  const std::uint64_t elsewhere = elsewhere_bytes_.empty() ? 0 : elsewhere_bytes_[c];
  std::uint64_t bytes = clean.detector->state_bytes() + bytes_of_shards(clean) + elsewhere;
  if (staged) bytes += stage->detector->state_bytes();
  runs_[c].state_bytes = std::max(runs_[c].state_bytes, bytes);
  const std::uint64_t bound = contenders_[c].descriptor.memory_bound_bytes;
  if (bound == 0 || bytes <= bound / kMostSpare) return;
  if (!contenders_[c].hosted) {
    bytes = settled_bytes(*clean.detector, contenders_[c].make(options_.setting)) + settled_bytes_of_shards(clean) +
            elsewhere;
    if (staged) bytes += settled_bytes(*stage->detector, std::make_unique<detect::FeatureStage>(stage_descriptor_));
  }
  if (bytes > bound) {
    runs_[c].crash = fmt::format("its state exceeds the declared bound of {} bytes", bound);
    slots_[c].views = {};
  }
}

}  // namespace dwell::run
