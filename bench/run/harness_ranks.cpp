// A harness on ranks: each observes its own shards, the first merges what they found and judges.
//
// After each block of windows every rank gives the first one, for each contender, what it threw or its tables, in order
// of view and window, and then the rows that sequential contenders want. The first closes the windows, and tells all
// which views go on.

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

}  // namespace

/// What one rank found for one contender.
struct Harness::Share {
  std::string crash;
  double clean_ns = 0;
  std::uint64_t state_bytes = 0;
  std::vector<std::byte> tables;
  std::size_t at = 0;  // of `tables`, read so far

  explicit Share(ByteReader& reader)
      : crash(reader.get_string()),
        clean_ns(reader.get<double>()),
        state_bytes(reader.get<std::uint64_t>()),
        tables(reader.get_vector<std::byte>()) {}

  std::vector<SparseTable::Entry> next_table() {
    ByteReader reader(std::span<const std::byte>(tables).subspan(at));
    auto entries = reader.get_vector<SparseTable::Entry>();
    DWELL_DEMAND(!reader.failed(), "tables of another rank are damaged");
    at = tables.size() - reader.remaining();
    return entries;
  }
};

void Harness::watch_on_ranks(std::span<const BlockWindow> windows) {
  ByteWriter writer;
  for (std::size_t c = 0; c < slots_.size(); ++c) put_share(writer, c, windows);
  writer.put(clean_rows_of(windows));
  put_gathered_rows(writer, windows);
  const auto& blocks = options_.ranks->gather(kJudge, writer.bytes());
  if (judges()) {
    std::vector<ByteReader> readers;
    for (const auto block : blocks) readers.emplace_back(block);
    std::vector<std::vector<Share>> shares(slots_.size());
    for (std::size_t c = 0; c < slots_.size(); ++c) {
      for (ByteReader& reader : readers) shares[c].emplace_back(reader);
    }
    for (ByteReader& reader : readers) clean_rows_ += reader.get<std::uint64_t>();
    load_gathered(readers, windows);
    for (const ByteReader& reader : readers) DWELL_DEMAND(!reader.failed(), "the share of a rank is damaged");
    for (std::size_t c = 0; c < slots_.size(); ++c) judge(c, shares[c], windows);
    leave_decided_views(windows.back().info.index + 1);
    if (measures(windows)) measure_state();
  }
  agree_on_views();
}

void Harness::put_share(ByteWriter& writer, std::size_t c, std::span<const BlockWindow> windows) {
  const Slot& slot = slots_[c];
  ContenderRun& run = runs_[c];
  ByteWriter tables;
  double clean_ns = 0;
  if (run.crash.empty() && slot.views[0].sharded != nullptr) {
    try {
      for (const View view : kAllViews) {
        if (slot.views[static_cast<std::size_t>(view)].detector == nullptr) continue;
        const auto begin = Clock::now();
        put_tables(tables, slot, view, windows.size());
        if (view == View::clean) clean_ns = ns_since(begin);
      }
    } catch (const std::exception& error) {
      run.crash = error.what();
    }
  }
  writer.put_string(run.crash);
  writer.put(clean_ns);
  writer.put(measures(windows) ? bytes_of_shards(slot.views[0]) : 0);
  writer.put_all(tables.bytes());
}

/// Of a view without shard state only what it adds to the clean one.
void Harness::put_tables(ByteWriter& writer, const Slot& slot, View view, std::size_t windows) {
  const Instance& instance = slot.views[static_cast<std::size_t>(view)];
  const bool whole = view == View::clean || !instance.shards.empty();
  for (std::size_t k = 0; k < windows; ++k) {
    Lane& lane = lanes_[k][slot.lane];
    view_table_.clear();
    if (whole) {
      observe_sharded(slot, instance, view, lane, view_table_);
    } else {
      observe_added(slot, instance, view, lane, view_table_);
    }
    writer.put_all(view_table_.entries());
  }
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
    for (Lane& lane : lanes_[k]) {
      if (lane.subscription().gathered) lane.load(source);
    }
  }
}

void Harness::judge(std::size_t c, std::vector<Share>& shares, std::span<const BlockWindow> windows) {
  Slot& slot = slots_[c];
  ContenderRun& run = runs_[c];
  elsewhere_bytes_.resize(slots_.size());
  elsewhere_bytes_[c] = 0;
  for (std::size_t rank = 0; rank < shares.size(); ++rank) {
    if (run.crash.empty()) run.crash = shares[rank].crash;
    run.clean_ns += shares[rank].clean_ns;
    if (rank != kJudge) elsewhere_bytes_[c] += shares[rank].state_bytes;
  }
  try {
    for (const View view : kAllViews) {
      Instance& instance = slot.views[static_cast<std::size_t>(view)];
      if (instance.detector == nullptr || !run.crash.empty()) continue;
      const auto begin = Clock::now();
      for (std::size_t k = 0; k < windows.size(); ++k) {
        const SparseTable* const table =
            instance.sequential != nullptr ? nullptr : &merge_tables(instance, view, k, shares);
        close_window(slot, instance, run, view, windows[k], k, table);
      }
      if (view == View::clean) run.clean_ns += ns_since(begin);
    }
  } catch (const std::exception& error) {
    run.crash = error.what();
  }
  if (!run.crash.empty()) slot.views = {};
}

const SparseTable& Harness::merge_tables(const Instance& instance, View view, std::size_t k,
                                         std::vector<Share>& shares) {
  std::vector<std::vector<SparseTable::Entry>> found;
  bool any = false;
  for (Share& share : shares) any = !found.emplace_back(share.next_table()).empty() || any;
  const bool adds = view != View::clean && instance.shards.empty();
  if (adds && !any) return clean_tables_[k];
  SparseTable& table = view == View::clean ? clean_tables_[k] : view_table_;
  table.clear();
  if (adds) copy_clean_table(k);
  const bool sums = instance.sharded->merge() == detect::ShardedDetector::Merge::sum;
  for (const auto& entries : found) {
    for (const SparseTable::Entry& entry : entries) {
      if (sums) {
        table.add(entry.key, entry.value);
      } else {
        table.raise(entry.key, entry.value);
      }
    }
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
