#pragma once
// The heaviest entities of one kind, with a sample of the distinct members of each, as rows come one by one: bounded
// however many there are.

#include <vector>

#include "detectors/common/space_saving.hpp"
#include "detectors/sketches/distinct_sample.hpp"

namespace dwell::detect {

class Followed {
 public:
  Followed(std::uint32_t entities, std::size_t members) : heavy_(entities), members_(members) {}

  void add(std::uint64_t entity, std::uint64_t member) {
    const SpaceSaving::Place place = heavy_.add(entity);
    if (place.taken) {
      if (place.at >= samples_.size()) samples_.emplace_back();
      samples_[place.at].clear();
    }
    samples_[place.at].add(member, members_, sort_);
  }
  /// In two stages, for a batch of entities each: what `add` will read comes into the cache.
  void prefetch_slot(std::uint64_t entity) const { heavy_.prefetch_slot(entity); }
  void prefetch_sample(std::uint64_t entity) const {
    const std::uint32_t at = heavy_.prefetch_counter(entity);
    if (at < samples_.size()) __builtin_prefetch(&samples_[at], 1);
  }
  /// New entities that fit without one leaving: as long as they do, order does not matter.
  [[nodiscard]] std::size_t room() const { return heavy_.room(); }
  [[nodiscard]] bool empty() const { return heavy_.counters().empty(); }
  /// Whether what `add` reads may lie outside a processor's nearer caches.
  [[nodiscard]] bool far() const { return heavy_.counters().size() > kNear; }
  /// Calls `done(entity)` for those that may have `least` members, and perhaps some with fewer, with ids in `members`,
  /// in any order and perhaps repeated.
  template <class Done>
  void for_each(std::size_t least, std::vector<std::uint32_t>& members, Done done) {
    for (std::size_t at = 0; at < heavy_.counters().size(); ++at) {
      if (samples_[at].held() < least) continue;
      samples_[at].ids(members_, sort_, members);
      done(heavy_.counters()[at].key);
    }
  }
  /// Memory of samples is kept for the next hour.
  void clear() {
    for (std::size_t at = 0; at < heavy_.counters().size(); ++at) samples_[at].clear();
    heavy_.clear();
  }

  [[nodiscard]] std::uint64_t bytes() const {
    std::uint64_t bytes = heavy_.bytes() + samples_.capacity() * sizeof(DistinctSample);
    for (const DistinctSample& sample : samples_) bytes += sample.bytes();
    return bytes;
  }
  void save(ByteWriter& writer) const {
    heavy_.save(writer);
    for (std::size_t at = 0; at < heavy_.counters().size(); ++at) samples_[at].save(writer);
  }
  void restore(ByteReader& reader) {
    heavy_.restore(reader);
    samples_.assign(heavy_.counters().size(), {});
    for (DistinctSample& sample : samples_) sample.restore(reader);
  }

 private:
  static constexpr std::size_t kNear = 1 << 12;  // entities
  SpaceSaving heavy_;
  std::size_t members_;
  std::vector<DistinctSample> samples_;  // by place
  SpreadSort<std::uint64_t> sort_;       // scratch
};

}  // namespace dwell::detect
