// What sharded contenders of a harness make of the rows of a window: each a table of its own, or one for all of a name.

#include <algorithm>
#include <utility>

#include "bench/run/harness.hpp"

namespace dwell::run {
namespace {

/// Most tables were cleared before and have had nothing added.
void clear(detect::WindowTable& table) {
  if (!table.sums.empty() || !table.list.empty()) table.clear();
}

}  // namespace

const detect::WindowTable& Harness::table_for(Crew& crew, const Slot& slot, Instance& instance, View view,
                                              std::size_t k) {
  Lane& lane = crew.lanes[k][slot.lane];
  if (slot.shared_table != kOwnTable) {
    const View from = lane.adds(view) ? view : View::clean;
    return crew.shared_tables[slot.shared_table].of_view[static_cast<std::size_t>(from)][k];
  }
  if (view == View::clean || !instance.shards.empty()) {
    const bool shared = slot.views[1].detector != nullptr || slot.views[2].detector != nullptr;
    // A table that no other view needs stays in the innermost cache from window to window.
    detect::WindowTable& table = view == View::clean ? crew.clean_tables[shared ? k : 0] : crew.view_table;
    clear(table);
    observe_sharded(crew, slot, instance, view, lane, table);
    return table;
  }
  // Without shard state a detector is additive: the background's table serves every view, and only what the view adds
  // is observed.
  if (!lane.adds(view)) return crew.clean_tables[k];
  clear(crew.view_table);
  crew.view_table.add(crew.clean_tables[k]);
  observe_added(slot, instance, view, lane, crew.view_table);
  return crew.view_table;
}

void Harness::observe_added(const Slot& slot, const Instance& instance, View view, Lane& lane,
                            detect::WindowTable& table) {
  for (std::size_t unit = 0; unit < lane.units(); ++unit) {
    instance.sharded->observe(lane.added(unit, slot.variant, view), nullptr, table);
  }
}

void Harness::observe_sharded(Crew& crew, const Slot& slot, const Instance& instance, View view, Lane& lane,
                              detect::WindowTable& table) {
  if (!instance.shards.empty()) {
    lane.for_each_shard(slot.variant, view, [&](std::uint32_t shard, const detect::WindowRows& rows) {
      if (instance.shards[shard] == nullptr) return;
      crew.observed_shard = shard;
      instance.sharded->observe(rows, instance.shards[shard].get(), table);
    });
    return;
  }
  for (std::size_t unit = 0; unit < lane.units(); ++unit) {
    instance.sharded->observe(lane.clean(unit, slot.variant), nullptr, table);
  }
}

/// Where others of its name see the same rows, they have one table.
void Harness::share_table(Slot& slot) {
  const Instance& clean = slot.views[0];
  if (clean.sharded == nullptr || !clean.shards.empty() || clean.sharded->table_name().empty()) return;
  const SharedTable wanted{clean.sharded->table_name(), slot.lane, slot.variant};
  slot.shared_table = static_cast<std::size_t>(std::find(shared_.begin(), shared_.end(), wanted) - shared_.begin());
  if (slot.shared_table == shared_.size()) shared_.push_back(wanted);
}

/// The tables of a block in a view, by the first of those that want them; those of the clean view, which serve wherever
/// a view adds nothing, are made before.
void Harness::make_shared_tables(Crew& crew, const Slot& slot, View view, std::size_t windows) {
  SharedTables& shared = crew.shared_tables[slot.shared_table];
  const auto v = static_cast<std::size_t>(view);
  if (shared.made[v]) return;
  for (std::size_t k = 0; k < windows; ++k) {
    Lane& lane = crew.lanes[k][slot.lane];
    if (view != View::clean && !lane.adds(view)) continue;
    detect::WindowTable& table = shared.of_view[v][k];
    clear(table);
    if (view == View::clean) {
      observe_sharded(crew, slot, slot.views[v], view, lane, table);
    } else {
      table.add(shared.of_view[0][k]);
      observe_added(slot, slot.views[v], view, lane, table);
    }
  }
  shared.made[v] = true;
  const double ns = crew.since_asked_ns();
  if (view == View::clean) shared.clean_ns += ns;
}

/// What shared tables took is that of all who have them.
void Harness::share_out_tables() {
  for (std::size_t t = 0; t < shared_.size(); ++t) {
    double ns = 0;
    for (Crew& crew : crews_) ns += std::exchange(crew.shared_tables[t].clean_ns, 0);
    const auto has = [&](const Slot& slot) { return slot.shared_table == t && slot.views[0].detector != nullptr; };
    const auto served = static_cast<double>(std::count_if(slots_.begin(), slots_.end(), has));
    for (std::size_t c = 0; c < runs_.size(); ++c) {
      if (has(slots_[c])) runs_[c].clean_ns += ns / served;
    }
  }
}

}  // namespace dwell::run
