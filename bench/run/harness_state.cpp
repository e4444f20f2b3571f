// State of a harness between two blocks, and back.

#include <fmt/format.h>

#include "bench/run/harness.hpp"
#include "bench/run/run_state.hpp"

namespace dwell::run {
namespace {

/// The state of a detector or of one of its shards, with its length: each reads its own to the end.
template <class Part>
void save_part(ByteWriter& writer, const Part& part) {
  ByteWriter own;
  part.save(own);
  writer.put_vector(std::vector<std::byte>(own.bytes().begin(), own.bytes().end()));
}

template <class Part>
Status restore_part(ByteReader& reader, Part& part) {
  const auto bytes = reader.get_vector<std::byte>();
  ByteReader own(bytes);
  return part.restore(own);
}

}  // namespace

void Harness::save(ByteWriter& writer) const {
  const std::vector<std::vector<std::byte>> elsewhere = gather_shard_states();
  if (!judges()) return;
  writer.put(forked_);
  writer.put(ask_at_);
  writer.put(ask_after_);
  writer.put(clean_rows_);
  writer.put(static_cast<std::uint64_t>(slots_.size()));
  for (std::size_t c = 0; c < slots_.size(); ++c) {
    writer.put_string(slots_[c].descriptor->name);
    if (c < runs_.size()) run::save(writer, runs_[c]);
    for (std::size_t v = 0; v < kViews; ++v) {
      const std::span<const std::vector<std::byte>> states(elsewhere);
      const std::size_t shards = options_.setting.shards;
      const auto of_view = states.empty() ? states : states.subspan((c * kViews + v) * shards, shards);
      save_instance(writer, slots_[c].views[v], of_view);
    }
  }
}

void Harness::save_instance(ByteWriter& writer, const Instance& instance,
                            std::span<const std::vector<std::byte>> elsewhere) {
  writer.put(instance.detector != nullptr);
  if (instance.detector == nullptr) return;
  save_part(writer, *instance.detector);
  writer.put(static_cast<std::uint64_t>(instance.shards.size()));
  for (std::size_t s = 0; s < instance.shards.size(); ++s) {
    if (instance.shards[s] != nullptr) {
      save_part(writer, *instance.shards[s]);
    } else {
      writer.put_vector(elsewhere[s]);
    }
  }
}

Status Harness::restore(ByteReader& reader) {
  forked_ = reader.get<bool>();
  ask_at_ = reader.get<std::int64_t>();
  ask_after_ = reader.get<std::int64_t>();
  clean_rows_ = reader.get<std::uint64_t>();
  if (const auto count = reader.get<std::uint64_t>(); count != slots_.size()) {
    return Error{"", "contenders", fmt::format("state of {} contenders", count), std::to_string(slots_.size())};
  }
  for (std::size_t c = 0; c < slots_.size(); ++c) {
    const std::string& name = slots_[c].descriptor->name;
    if (const std::string found = reader.get_string(); found != name) {
      return Error{"", fmt::format("contender {}", c), "state of \"" + found + "\"", "that of \"" + name + "\""};
    }
    if (c < runs_.size()) run::restore(reader, runs_[c]);
    std::array<Instance, kViews>& views = slots_[c].views;
    for (std::size_t v = 0; v < kViews; ++v) {
      if (!reader.get<bool>()) {
        views[v] = {};
        continue;
      }
      // A clean view that failed at once has no instance here either; then there is no state to read into.
      if (views[0].detector == nullptr) return Error{"", name, "state of a detector that could not be made", "none"};
      if (v != 0) views[v] = copy_of(views[0]);
      if (const Status restored = restore_instance(reader, views[v]); !restored) return restored.error();
    }
  }
  return success();
}

Status Harness::restore_instance(ByteReader& reader, Instance& instance) {
  const std::string& name = instance.detector->descriptor().name;
  if (const Status restored = restore_part(reader, *instance.detector); !restored) return restored.error();
  if (const auto shards = reader.get<std::uint64_t>(); shards != instance.shards.size()) {
    return Error{"", name, fmt::format("state of {} shards", shards), std::to_string(instance.shards.size())};
  }
  for (const auto& state : instance.shards) {
    if (state == nullptr) {
      (void)reader.get_vector<std::byte>();
      continue;
    }
    if (const Status restored = restore_part(reader, *state); !restored) return restored.error();
  }
  return success();
}

}  // namespace dwell::run
