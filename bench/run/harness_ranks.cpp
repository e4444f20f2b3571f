// A harness on ranks: each observes its own shards, the first merges what they found and judges.
//
// After each block of windows every rank gives the first one, for each contender, what it threw or its tables, in order
// of view and window, and then the rows that sequential contenders want. The first closes the windows, and tells all
// which views go on.

#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "bench/run/harness.hpp"
#include "sim/telemetry/row_bytes.hpp"

namespace dwell::run {
namespace {

using Clock = std::chrono::steady_clock;
constexpr unsigned kJudge = 0;
constexpr std::array kAllViews = {View::clean, View::factual, View::placebo};

double ns_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::nano>(Clock::now() - begin).count();
}

/// Entries as they lie in a block.
class EntriesRead {
 public:
  explicit EntriesRead(ByteReader& reader) {
    const auto count = reader.get<std::uint64_t>();
    if (count > reader.remaining() / sizeof(SparseTable::Entry)) {
      reader.fail();
    } else {
      bytes_ = reader.get_bytes(static_cast<std::size_t>(count) * sizeof(SparseTable::Entry));
    }
  }
  [[nodiscard]] std::size_t size() const { return bytes_.size() / sizeof(SparseTable::Entry); }
  template <class Use>
  void for_each(Use use) const {
    for (std::size_t at = 0; at < bytes_.size(); at += sizeof(SparseTable::Entry)) {
      SparseTable::Entry entry;
      std::memcpy(&entry, &bytes_[at], sizeof entry);
      use(entry);
    }
  }

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace

/// Where a contender failed on a rank: what alone would have failed first is the least of all ranks'.
struct Harness::Mishap {
  View view = View::clean;
  std::uint32_t window = 0;  // of the block
  std::uint32_t shard = 0;
  std::string what;  // empty when nothing failed
};

/// What one rank found for one contender.
struct Harness::Share {
  Mishap mishap;
  double clean_ns = 0;
  std::uint64_t state_bytes = 0;
  ByteReader tables;

  explicit Share(ByteReader& reader)
      : mishap{reader.get<View>(), reader.get<std::uint32_t>(), reader.get<std::uint32_t>(), reader.get_string()},
        clean_ns(reader.get<double>()),
        state_bytes(reader.get<std::uint64_t>()),
        tables(reader.get_bytes()) {}

  [[nodiscard]] bool failed_in(View view, std::size_t window) const {
    return !mishap.what.empty() && mishap.view == view && mishap.window == window;
  }
};

void Harness::watch_on_ranks(std::span<const BlockWindow> windows) {
  load(crew(), windows);
  ByteWriter writer;
  for (const std::size_t c : order_) put_share(writer, c, windows);
  writer.put(clean_rows_of(windows));
  put_gathered_rows(writer, windows);
  const auto& blocks = options_.ranks->gather(kJudge, writer.bytes());
  if (judges()) {
    std::vector<ByteReader> readers;
    for (const auto block : blocks) readers.emplace_back(block);
    std::vector<std::vector<Share>> shares(slots_.size());
    for (const std::size_t c : order_) {
      for (ByteReader& reader : readers) shares[c].emplace_back(reader);
    }
    for (ByteReader& reader : readers) clean_rows_ += reader.get<std::uint64_t>();
    load_gathered(readers, windows);
    for (const ByteReader& reader : readers) DWELL_DEMAND(!reader.failed(), "the share of a rank is damaged");
    for (const std::size_t c : order_) judge(c, shares[c], windows);
    leave_decided_views(windows.back().info.index + 1);
    if (measures(windows)) measure_state();
  }
  agree_on_views();
}

void Harness::put_share(ByteWriter& writer, std::size_t c, std::span<const BlockWindow> windows) {
  const Slot& slot = slots_[c];
  ByteWriter tables;
  Mishap at;
  double clean_ns = 0;
  crew().observed_shard = 0;
  if (slot.views[0].detector == nullptr) {
    at.what = run_of(c).crash;
  } else if (slot.views[0].sharded != nullptr) {
    try {
      for (const View view : kAllViews) {
        at.view = view;
        if (slot.views[static_cast<std::size_t>(view)].detector == nullptr) continue;
        const auto begin = Clock::now();
        for (at.window = 0; at.window < windows.size(); ++at.window) put_tables(tables, slot, view, at.window);
        if (view == View::clean) clean_ns = ns_since(begin);
      }
    } catch (const std::exception& error) {
      at.shard = crew().observed_shard;
      at.what = error.what();
    }
  }
  writer.put(at.view);
  writer.put(at.window);
  writer.put(at.shard);
  writer.put_string(at.what);
  writer.put(clean_ns);
  writer.put(measures(windows) ? share_of_bytes(c) : 0);
  writer.put_all(tables.bytes());
}

/// Of a view without shard state only what it adds to the clean one.
void Harness::put_tables(ByteWriter& writer, const Slot& slot, View view, std::size_t k) {
  const Instance& instance = slot.views[static_cast<std::size_t>(view)];
  Lane& lane = crew().lanes[k][slot.lane];
  detect::WindowTable& table = crew().view_table;
  table.clear();
  if (view == View::clean || !instance.shards.empty()) {
    observe_sharded(crew(), slot, instance, view, lane, table);
  } else {
    observe_added(slot, instance, view, lane, table);
  }
  writer.put_all(table.sums.entries());
  writer.put_all(table.list.entries());
}

void Harness::put_gathered_rows(ByteWriter& writer, std::span<const BlockWindow> windows) const {
  detect::PageMask pages = 0;
  bool auth = false;
  for (const Subscription& s : subscriptions_) {
    if (!s.gathered) continue;
    for (const detect::TopicMask topics : s.topics) {
      if ((topics & detect::topic_bit(telemetry::Topic::access)) != 0) pages |= s.access.pages;
      auth = auth || (topics & detect::topic_bit(telemetry::Topic::auth)) != 0;
    }
  }
  std::vector<std::uint32_t> chosen;
  for (const BlockWindow& window : windows) {
    if (pages == 0 && !auth) {
      writer.put(std::uint64_t{0});
      continue;
    }
    writer.put(static_cast<std::uint64_t>(window.source.partitions.size()));
    for (const telemetry::PartitionRows& partition : window.source.partitions) {
      chosen.clear();
      const telemetry::AccessBatch& rows = partition.access.rows;
      for (std::uint32_t i = 0; i < rows.size(); ++i) {
        if ((pages >> rows.page[i] & 1U) != 0) chosen.push_back(i);
      }
      put_rows(writer, partition.access, chosen);
      chosen.resize(auth ? partition.auth.rows.size() : 0);
      for (std::uint32_t i = 0; i < chosen.size(); ++i) chosen[i] = i;
      put_rows(writer, partition.auth, chosen);
    }
  }
}

void Harness::load_gathered(std::span<ByteReader> readers, std::span<const BlockWindow> windows) {
  gathered_.resize(kBlockWindows);
  for (auto& ranks : gathered_) ranks.resize(readers.size());
  for (std::size_t rank = 0; rank < readers.size(); ++rank) {
    ByteReader& reader = readers[rank];
    for (std::size_t k = 0; k < windows.size(); ++k) {
      telemetry::PartitionRows& rows = gathered_[k][rank];
      rows.clear();
      for (auto count = reader.get<std::uint64_t>(); count > 0 && !reader.failed(); --count) {
        add_rows(reader, rows.access);
        add_rows(reader, rows.auth);
      }
      // Nobody asks for these rows by shard.
      rows.shards.push_back({ShardId{0}, 0, static_cast<std::uint32_t>(rows.access.rows.size()), 0,
                             static_cast<std::uint32_t>(rows.auth.rows.size())});
    }
  }
  for (std::size_t k = 0; k < windows.size(); ++k) {
    WindowSource source = windows[k].source;
    source.partitions = gathered_[k];
    for (Lane& lane : crew().lanes[k]) {
      if (lane.subscription().gathered) lane.load(source);
    }
  }
}

void Harness::judge(std::size_t c, std::vector<Share>& shares, std::span<const BlockWindow> windows) {
  Slot& slot = slots_[c];
  ContenderRun& run = run_of(c);
  elsewhere_bytes_.resize(slots_.size());
  elsewhere_bytes_[c] = 0;
  for (std::size_t rank = 0; rank < shares.size(); ++rank) {
    run.clean_ns += shares[rank].clean_ns;
    if (rank != kJudge) elsewhere_bytes_[c] += shares[rank].state_bytes;
  }
  for (const View view : kAllViews) {
    if (slot.views[static_cast<std::size_t>(view)].detector == nullptr) continue;
    const auto begin = Clock::now();
    for (std::size_t k = 0; k < windows.size() && run.crash.empty(); ++k) {
      judge_window(slot, run, view, windows[k], k, shares);
    }
    if (view == View::clean) run.clean_ns += ns_since(begin);
  }
  if (!run.crash.empty()) slot.views = {};
  if (is_stage(slot)) share_out_stage();
}

void Harness::judge_window(Slot& slot, ContenderRun& run, View view, const BlockWindow& window, std::size_t k,
                           std::vector<Share>& shares) {
  const Mishap* first = nullptr;
  for (const Share& share : shares) {
    if (!share.failed_in(view, k)) continue;
    if (first == nullptr || share.mishap.shard < first->shard) first = &share.mishap;
  }
  if (first != nullptr) {
    run.crash = first->what;
    return;
  }
  Instance& instance = slot.views[static_cast<std::size_t>(view)];
  const detect::WindowTable* const table =
      instance.sharded == nullptr ? nullptr : &merge_tables(instance, view, k, shares);
  try {
    close_window(crew(), slot, instance, run, view, window, k, table);
  } catch (const std::exception& error) {
    run.crash = error.what();
  }
}

const detect::WindowTable& Harness::merge_tables(const Instance& instance, View view, std::size_t k,
                                                 std::vector<Share>& shares) {
  const bool adds = view != View::clean && instance.shards.empty();
  detect::WindowTable& table = view == View::clean ? crew().clean_tables[k] : crew().view_table;
  table.clear();
  std::vector<EntriesRead> sums, lists;
  std::size_t new_sums = 0, new_list = 0;
  for (Share& share : shares) {
    new_sums += sums.emplace_back(share.tables).size();
    new_list += lists.emplace_back(share.tables).size();
    DWELL_DEMAND(!share.tables.failed(), "tables of a rank are damaged");
  }
  if (adds && new_sums + new_list == 0) return crew().clean_tables[k];
  table.sums.expect(new_sums + (adds ? crew().clean_tables[k].sums.size() : 0));
  if (adds) table.add(crew().clean_tables[k]);
  for (const EntriesRead& entries : sums) {
    entries.for_each([&](const SparseTable::Entry& entry) { table.sums.add(entry.key, entry.value); });
  }
  detect::EntryList::Entry* out = new_list == 0 ? nullptr : table.list.extend(new_list);
  for (const EntriesRead& entries : lists) {
    entries.for_each([&](const SparseTable::Entry& entry) { *out++ = entry; });
  }
  return table;
}

/// Those of the judge.
void Harness::agree_on_views() {
  ByteWriter writer;
  if (judges()) {
    for (const Slot& slot : slots_) {
      for (const Instance& instance : slot.views) writer.put(instance.detector != nullptr);
    }
  }
  ByteReader reader(options_.ranks->all(writer.bytes())[kJudge]);
  for (Slot& slot : slots_) {
    for (Instance& instance : slot.views) {
      if (!reader.get<bool>()) instance = {};
    }
  }
  DWELL_DEMAND(!reader.failed(), "what the first rank says of the views is damaged");
}

/// By contender, view and shard; empty on ranks that do not judge, and for shards that are here.
std::vector<std::vector<std::byte>> Harness::gather_shard_states() const {
  std::vector<std::vector<std::byte>> states;
  if (options_.ranks == nullptr) return states;
  ByteWriter writer;
  const auto place = [&](std::size_t c, std::size_t view, std::size_t shard) {
    return (c * kViews + view) * options_.setting.shards + shard;
  };
  for (std::size_t c = 0; c < slots_.size() && !judges(); ++c) {
    for (std::size_t v = 0; v < kViews; ++v) {
      const Instance& instance = slots_[c].views[v];
      for (std::size_t s = 0; s < instance.shards.size(); ++s) {
        if (instance.shards[s] == nullptr) continue;
        ByteWriter own;
        instance.shards[s]->save(own);
        writer.put(static_cast<std::uint64_t>(place(c, v, s)));
        writer.put_all(own.bytes());
      }
    }
  }
  const auto& blocks = options_.ranks->gather(kJudge, writer.bytes());
  if (!judges()) return states;
  states.resize(place(slots_.size(), 0, 0));
  for (std::size_t rank = 0; rank < blocks.size(); ++rank) {
    ByteReader reader(blocks[rank]);
    while (reader.remaining() > 0 && !reader.failed()) {
      const auto at = static_cast<std::size_t>(reader.get<std::uint64_t>());
      auto bytes = reader.get_vector<std::byte>();
      DWELL_DEMAND(!reader.failed() && at < states.size(), fmt::format("shard states of rank {} are damaged", rank));
      states[at] = std::move(bytes);
    }
  }
  return states;
}

}  // namespace dwell::run
