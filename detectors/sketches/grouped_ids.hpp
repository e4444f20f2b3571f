#pragma once
// The distinct ids of each of many entities, from rows in order of id: each entity's are in that order, too, so that
// one sort serves all of them.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "detectors/common/flat_map.hpp"

namespace dwell::detect {

/// Scratch, kept between calls. A look-up a row, and nothing that a processor cannot foresee; 4 bytes a row, twice, and
/// 24 to 48 an entity.
class GroupedIds {
 public:
  /// Takes rows in order of `id(row)`, which belong to `entity(row)`. Both are known to the compiler.
  template <auto entity, auto id, class Row>
  void group(std::span<const Row> rows) {
    groups_.clear();
    if (places_.size() < rows.size()) places_.resize(rows.size());
    if (ids_.size() <= rows.size()) ids_.resize(rows.size() + 1);
    std::uint32_t* const places = places_.data();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Group& group = groups_.at(entity(rows[i]));
      ++group.end;  // of rows so far
      places[i] = static_cast<std::uint32_t>(groups_.place_of(group));
    }
    auto* const groups = groups_.entries().data();
    std::uint32_t begin = 1;
    for (auto& entry : groups_.entries()) {
      const std::uint32_t count = entry.value.end;
      entry.value = {begin, begin};
      begin += count;
    }
    std::uint32_t* const ids = ids_.data();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Group& group = groups[places[i]].value;
      const std::uint32_t value = id(rows[i]);
      // A repetition is written over the id that it repeats.
      const bool repeats = (group.end != group.begin) & (ids[group.end - 1] == value);
      const std::uint32_t at = group.end - (repeats ? 1 : 0);
      ids[at] = value;
      group.end = at + 1;
    }
  }
  [[nodiscard]] std::size_t entities() const { return groups_.size(); }
  /// Calls `done(entity, ids)` for each, in any order.
  template <class Done>
  void for_each(Done done) const {
    for (const auto& entry : groups_.entries()) {
      const Group& group = entry.value;
      done(entry.key, std::span<const std::uint32_t>(ids_).subspan(group.begin, group.end - group.begin));
    }
  }
  [[nodiscard]] std::uint64_t bytes() const {
    return groups_.bytes() + (places_.capacity() + ids_.capacity()) * sizeof(std::uint32_t);
  }

 private:
  struct Group {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;  // of its ids
  };
  FlatMap<Group> groups_;
  std::vector<std::uint32_t> places_;  // of a row's entity
  std::vector<std::uint32_t> ids_;     // from 1 on, so that there is one before each
};

}  // namespace dwell::detect
