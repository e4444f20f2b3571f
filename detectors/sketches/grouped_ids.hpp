#pragma once
// The distinct ids of each of many entities, in order: one pass puts all in order of the ids' highest digit, one by
// entity, which leaves each entity's ids in the order they come in; few of them are out of order then.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "detectors/common/scratch.hpp"

namespace dwell::detect {

/// Scratch, kept between calls: 16 bytes an item. Nothing in its loops is a guess to a processor.
class GroupedIds {
 public:
  struct Item {
    std::uint32_t who;  // below the number of entities when they are put in order
    std::uint32_t id;
  };
  /// Room for `more` items after `used` ones, of which those that are kept are written.
  Item* room(std::size_t used, std::size_t more) { return items_.room(used + more, used); }
  [[nodiscard]] Item* items() { return items_.data(); }
  /// Puts the first `size` items in order of entity, and nearly in order of id.
  void order(std::size_t size, std::size_t entities) {
    size_ = size;
    const Item* const items = items_.data();
    std::uint32_t all = 0;
    for (std::size_t i = 0; i < size; ++i) all |= items[i].id;
    const auto bits = static_cast<unsigned>(std::bit_width(all));
    const unsigned digit = std::min({bits, kMostBits, static_cast<unsigned>(std::bit_width(size))});
    pass(std::size_t{1} << digit, [shift = bits - digit](const Item& item) { return item.id >> shift; });
    pass(entities, [](const Item& item) { return item.who; });
  }
  /// Calls `done(entity, ids)` for each entity below the number given to `order`, with its distinct ids in order, which
  /// may be changed, and with how many items they are of.
  template <class Done>
  void for_each(std::size_t entities, Done done) {
    const Item* const items = items_.data();
    for (std::size_t begin = 0, who = 0; who < entities; ++who) {
      const std::size_t end = ends_.data()[who];
      done(static_cast<std::uint32_t>(who), distinct({items + begin, end - begin}), end - begin);
      begin = end;
    }
  }
  [[nodiscard]] std::uint64_t bytes() const { return items_.bytes() + moved_.bytes() + ends_.bytes() + ids_.bytes(); }

 private:
  static constexpr unsigned kMostBits = 13;  // of the digit: its counts stay in the innermost cache

  /// A stable counting sort by `place(item)`, below `places`.
  template <class Place>
  void pass(std::size_t places, Place place) {
    std::uint32_t* const at = ends_.room(places);
    std::fill_n(at, places, 0U);
    Item* const to = moved_.room(size_);
    const Item* const from = items_.data();
    for (std::size_t i = 0; i < size_; ++i) ++at[place(from[i])];
    std::uint32_t begin = 0;
    for (std::size_t p = 0; p < places; ++p) begin += std::exchange(at[p], begin);
    for (std::size_t i = 0; i < size_; ++i) {
      const Item item = from[i];
      to[at[place(item)]++] = item;
    }
    items_.swap(moved_);
  }
  std::span<std::uint32_t> distinct(std::span<const Item> items) {
    std::uint32_t* const ids = ids_.room(items.size() + 1);
    std::size_t size = 0;
    std::size_t falls = 0;
    for (std::size_t i = 0; i + 1 < items.size(); ++i) {
      ids[size] = items[i].id;
      size += items[i + 1].id != items[i].id ? 1 : 0;
      falls += items[i + 1].id < items[i].id ? 1 : 0;
    }
    if (!items.empty()) ids[size++] = items.back().id;
    if (falls != 0) {
      sort({ids, size});
      size = static_cast<std::size_t>(std::unique(ids, ids + size) - ids);
    }
    return {ids, size};
  }
  /// By insertion, unless there is more to move than ids that lie evenly have.
  static void sort(std::span<std::uint32_t> ids) {
    std::size_t moves = 0;
    for (std::size_t i = 1; i < ids.size(); ++i) {
      const std::uint32_t id = ids[i];
      if (id >= ids[i - 1]) continue;
      std::size_t to = i;
      for (; to > 0 && id < ids[to - 1]; --to) ids[to] = ids[to - 1];
      ids[to] = id;
      moves += i - to;
      if (moves > ids.size()) return std::sort(ids.begin(), ids.end());
    }
  }

  Scratch<Item> items_;
  Scratch<Item> moved_;
  Scratch<std::uint32_t> ends_;  // by digit, at last by entity
  Scratch<std::uint32_t> ids_;   // of one entity
  std::size_t size_ = 0;
};

}  // namespace dwell::detect
