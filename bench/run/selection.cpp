#include "bench/run/selection.hpp"

#include <emmintrin.h>

#include <algorithm>
#include <bit>
#include <tuple>
#include <type_traits>

#include "sim/core/digest.hpp"

namespace dwell::run {

/// A set of pages, asked about 16 rows at a time by instructions that every x86-64 has.
class PageSet {
 public:
  explicit PageSet(detect::PageMask pages) : pages_(pages) {
    for (; pages != 0; pages &= pages - 1) {
      each_[size_++] = _mm_set1_epi8(static_cast<char>(std::countr_zero(pages)));
    }
  }
  [[nodiscard]] bool holds(std::uint8_t page) const { return (pages_ >> page & 1U) != 0; }
  /// The rows among 16 whose page is in the set, as bits.
  [[nodiscard]] std::uint64_t among_16(const std::uint8_t* page) const {
    const __m128i found = _mm_loadu_si128(reinterpret_cast<const __m128i*>(page));
    __m128i any = _mm_setzero_si128();
    for (std::size_t p = 0; p < size_; ++p) any = _mm_or_si128(any, _mm_cmpeq_epi8(found, each_[p]));
    return static_cast<std::uint32_t>(_mm_movemask_epi8(any));
  }

 private:
  detect::PageMask pages_;
  std::size_t size_ = 0;
  __m128i each_[32];  // the first size_ of them
};

namespace {

using telemetry::AccessBatch;
using telemetry::AuthBatch;

constexpr Label kBackgroundLabel = 0;

template <class Batch>
constexpr bool kHasPages = std::is_same_v<Batch, AccessBatch>;

template <class Batch>
const telemetry::Labelled<Batch>& topic_of(const telemetry::PartitionRows& partition) {
  if constexpr (kHasPages<Batch>)
    return partition.access;
  else
    return partition.auth;
}

struct Bounds {
  std::uint32_t begin, end;
};
template <class Batch>
Bounds bounds_of(const telemetry::ShardRange& range) {
  if constexpr (kHasPages<Batch>)
    return {range.access_begin, range.access_end};
  else
    return {range.auth_begin, range.auth_end};
}

template <class Batch>
bool wanted(const Batch& rows, std::size_t row, detect::PageMask pages) {
  if constexpr (kHasPages<Batch>)
    return (pages >> rows.page[row] & 1U) != 0;
  else
    return true;
}

/// Writes which rows of [begin, end) are wanted to `out`, which has room for all of them; returns its end.
std::uint32_t* list_wanted(const AccessBatch& rows, Bounds bounds, const PageSet& pages, std::uint32_t* out) {
  const std::uint8_t* const page = rows.page.data();
  for (std::uint32_t first = bounds.begin; first < bounds.end; first += 64) {
    const std::uint32_t size = std::min(64U, bounds.end - first);
    std::uint64_t bits = 0;
    if (first + 64 <= rows.capacity()) {  // what lies behind the rows may be read, and is masked
      for (std::uint32_t at = 0; at < size; at += 16) bits |= pages.among_16(page + first + at) << at;
    } else {
      for (std::uint32_t at = 0; at < size; ++at) bits |= std::uint64_t{pages.holds(page[first + at])} << at;
    }
    bits &= ~std::uint64_t{0} >> (64 - size);
    for (; bits != 0; bits &= bits - 1) *out++ = first + static_cast<std::uint32_t>(std::countr_zero(bits));
  }
  return out;
}
std::uint32_t* list_wanted(const AuthBatch&, Bounds bounds, const PageSet&, std::uint32_t* out) {
  for (std::uint32_t i = bounds.begin; i < bounds.end; ++i) *out++ = i;
  return out;
}

template <class T>
void gather(telemetry::Column<T>& to, std::size_t at, const telemetry::Column<T>& from,
            std::span<const std::uint32_t> rows) {
  T* const out = &to[at];
  const T* const in = from.data();
  for (std::size_t i = 0; i < rows.size(); ++i) out[i] = in[rows[i]];
}

// Column by column: the loads of a loop do not wait for each other, and a column's lines are met one after the other.
void gather_rows(AccessBatch& to, std::size_t at, const AccessBatch& from, std::span<const std::uint32_t> rows) {
#define DWELL_GATHER(kind, type, name, unit, sentinel, meaning) gather(to.name, at, from.name, rows);
  DWELL_ACCESS_COLUMNS(DWELL_GATHER)
}
void gather_rows(AuthBatch& to, std::size_t at, const AuthBatch& from, std::span<const std::uint32_t> rows) {
  DWELL_AUTH_COLUMNS(DWELL_GATHER)
#undef DWELL_GATHER
}

}  // namespace

template <class Batch>
void Selection<Batch>::load(const WindowSource& source, const Choice& choice) {
  shift_ = source.shift;
  foreign_.clear();
  const bool all = !kHasPages<Batch> || choice.pages == detect::kAllPages;
  if (all && source.partitions.size() == 1 && topic_of<Batch>(source.partitions[0]).foreign == 0) {
    take_whole(source.partitions[0]);
  } else {
    choose(source, choice.pages);
    copy(source);
  }
  if (choice.by_shard && !foreign_.empty()) {
    for (Shard& shard : shards_) shard.mixed_begin = shard.mixed_end = {};
    for (std::size_t v = 1; v < kViews; ++v) mix(v);
  }
  if (choice.ordered) order(source.hash_key);
}

template <class Batch>
void Selection<Batch>::take_whole(const telemetry::PartitionRows& partition) {
  batch_ = &topic_of<Batch>(partition).rows;
  background_ = batch_->size();
  added_end_.fill(background_);
  for (const telemetry::ShardRange& range : partition.shards) {
    const Bounds rows = bounds_of<Batch>(range);
    shards_[range.shard.value] = {rows.begin, rows.end, {}, {}};
  }
}

template <class Batch>
void Selection<Batch>::choose(const WindowSource& source, detect::PageMask pages) {
  const PageSet set(pages);
  chosen_size_ = 0;
  chosen_begin_.clear();
  for (std::uint32_t p = 0; p < source.partitions.size(); ++p) {
    const telemetry::Labelled<Batch>& topic = topic_of<Batch>(source.partitions[p]);
    chosen_begin_.push_back(chosen_size_);
    if (const std::size_t most = chosen_size_ + topic.rows.size(); most > chosen_.size()) chosen_.resize(most);
    if (topic.foreign == 0) {
      choose_background(topic.rows, source.partitions[p].shards, set);
      continue;
    }
    for (const telemetry::ShardRange& range : source.partitions[p].shards) {
      Shard& shard = shards_[range.shard.value];
      shard.begin = static_cast<std::uint32_t>(chosen_size_);
      choose_foreign(source, pages, p, range);
      shard.end = static_cast<std::uint32_t>(chosen_size_);
    }
  }
  chosen_begin_.push_back(chosen_size_);
}

/// Shards whose rows lie behind each other are gone through at once: a shard of its own has few rows in a window.
template <class Batch>
void Selection<Batch>::choose_background(const Batch& rows, std::span<const telemetry::ShardRange> shards,
                                         const PageSet& pages) {
  for (std::size_t first = 0; first < shards.size();) {
    Bounds bounds = bounds_of<Batch>(shards[first]);
    std::size_t next = first + 1;
    for (; next < shards.size() && bounds_of<Batch>(shards[next]).begin == bounds.end; ++next)
      bounds.end = bounds_of<Batch>(shards[next]).end;
    std::uint32_t at = static_cast<std::uint32_t>(chosen_size_);
    const std::uint32_t* const chosen = chosen_.data();
    chosen_size_ = static_cast<std::size_t>(list_wanted(rows, bounds, pages, chosen_.data() + at) - chosen);
    for (; first < next; ++first) {
      Shard& shard = shards_[shards[first].shard.value];
      shard.begin = at;
      for (const std::uint32_t end = bounds_of<Batch>(shards[first]).end; at < chosen_size_ && chosen[at] < end;) ++at;
      shard.end = at;
    }
  }
}

template <class Batch>
void Selection<Batch>::choose_foreign(const WindowSource& source, detect::PageMask pages, std::uint32_t partition,
                                      const telemetry::ShardRange& range) {
  const telemetry::Labelled<Batch>& topic = topic_of<Batch>(source.partitions[partition]);
  const Bounds rows = bounds_of<Batch>(range);
  for (std::uint32_t i = rows.begin; i < rows.end; ++i) {
    if (!wanted(topic.rows, i, pages)) continue;
    const Origin origin = topic.origins[i];
    const Label label = origin == kBackground ? kBackgroundLabel : (*source.label)(origin);
    if (label == kBackgroundLabel)
      chosen_[chosen_size_++] = i;
    else
      foreign_.push_back({label, partition, i, range.shard.value, static_cast<std::uint32_t>(chosen_size_)});
  }
}

template <class Batch>
void Selection<Batch>::copy(const WindowSource& source) {
  background_ = chosen_size_;
  batch_ = &copy_;
  copy_.reserve(std::bit_ceil(background_ + foreign_.size() + 1));
  for (std::size_t p = 0; p < source.partitions.size(); ++p) {
    const std::size_t at = chosen_begin_[p];
    gather_rows(copy_, at, topic_of<Batch>(source.partitions[p]).rows,
                {chosen_.data() + at, chosen_begin_[p + 1] - at});
  }
  added_end_.fill(background_);
  if (foreign_.empty()) return;
  std::sort(foreign_.begin(), foreign_.end(), [](const Foreign& a, const Foreign& b) {
    return std::tie(a.label, a.partition, a.row) < std::tie(b.label, b.partition, b.row);
  });
  for (std::size_t f = 0; f < foreign_.size(); ++f) {
    const Foreign& row = foreign_[f];
    gather_rows(copy_, background_ + f, topic_of<Batch>(source.partitions[row.partition]).rows, {&row.row, 1});
    for (std::size_t v = row.label; v < kViews; ++v) added_end_[v] = background_ + f + 1;
  }
}

/// Lists the rows of the shards in which the view has rows of its own.
template <class Batch>
void Selection<Batch>::mix(std::size_t view) {
  std::vector<std::uint32_t>& list = mixed_[view];
  list.clear();
  const std::size_t end = added_end_[view] - background_;
  for (std::size_t f = added_end_[view - 1] - background_; f < end;) {
    const std::uint32_t number = foreign_[f].shard;
    Shard& shard = shards_[number];
    shard.mixed_begin[view] = static_cast<std::uint32_t>(list.size());
    std::uint32_t next = shard.begin;
    for (; f < end && foreign_[f].shard == number; ++f) {
      for (; next < foreign_[f].before; ++next) list.push_back(next);
      list.push_back(static_cast<std::uint32_t>(background_ + f));
    }
    for (; next < shard.end; ++next) list.push_back(next);
    shard.mixed_end[view] = static_cast<std::uint32_t>(list.size());
  }
}

template <class Batch>
void Selection<Batch>::order(std::uint64_t hash_key) {
  const std::size_t size = background_ + foreign_.size();
  const std::int64_t* const ingest = batch_->ingest_us.data();
  for (std::vector<std::uint32_t>& list : ordered_) list.clear();
  if (size == 0) return;
  std::int64_t first = ingest[0];
  std::int64_t last = ingest[0];
  for (std::size_t i = 1; i < size; ++i) {
    first = std::min(first, ingest[i]);
    last = std::max(last, ingest[i]);
  }
  DWELL_DEMAND(last - first < std::int64_t{1} << 32, "ingest times of one window are more than 2^32 us apart");
  keys_.resize(size);
  for (std::size_t i = 0; i < size; ++i) keys_[i] = static_cast<std::uint64_t>(ingest[i] - first) << 32 | i;
  const std::uint64_t stretch = (1ULL << 32) / static_cast<std::uint64_t>(last - first + 1);
  sort_(
      keys_, [stretch](std::uint64_t key) { return static_cast<std::uint32_t>((key >> 32) * stretch); },
      std::less<std::uint64_t>());
  settle_ties(hash_key);
  if (foreign_.empty()) {  // the clean list serves all views
    ordered_[0].resize(size);
    for (std::size_t i = 0; i < size; ++i) ordered_[0][i] = static_cast<std::uint32_t>(keys_[i]);
    return;
  }
  for (const std::uint64_t key : keys_) {
    const auto row = static_cast<std::uint32_t>(key);
    const Label label = row < background_ ? kBackgroundLabel : foreign_[row - background_].label;
    if (label != kBackgroundLabel) {
      ordered_[label].push_back(row);
    } else {
      for (std::vector<std::uint32_t>& list : ordered_) list.push_back(row);
    }
  }
}

/// Rows of equal ingest times come in the order of a keyed hash. Few are, so it is not worth a place in every key.
template <class Batch>
void Selection<Batch>::settle_ties(std::uint64_t hash_key) {
  const auto time = [](std::uint64_t key) { return key >> 32; };
  const std::uint64_t* const keys = keys_.data();
  bool tied = false;
  for (std::size_t i = 1; i < keys_.size(); ++i) tied |= time(keys[i - 1]) == time(keys[i]);
  if (!tied) return;
  const auto hash = [&](std::uint64_t key) {
    const std::size_t row = key & 0xffffffffU;
    return mix64(batch_->token[row] ^ hash_key, batch_->member[row]);
  };
  for (std::size_t i = 0; i + 1 < keys_.size();) {
    std::size_t end = i + 1;
    while (end < keys_.size() && time(keys_[end]) == time(keys_[i])) ++end;
    if (end > i + 1) {
      std::sort(keys_.begin() + static_cast<std::ptrdiff_t>(i), keys_.begin() + static_cast<std::ptrdiff_t>(end),
                [&](std::uint64_t a, std::uint64_t b) {
                  const std::uint64_t hash_a = hash(a), hash_b = hash(b);
                  return std::tie(hash_a, a) < std::tie(hash_b, b);
                });
    }
    i = end;
  }
}

template <class Batch>
typename Selection<Batch>::Rows Selection<Batch>::added(View view) const {
  const std::size_t v = index(view);
  return {*batch_, v == 0 ? background_ : added_end_[v - 1], added_end_[v], shift_};
}

template <class Batch>
typename Selection<Batch>::Rows Selection<Batch>::ordered(View view) const {
  return {*batch_, ordered_[foreign_.empty() ? 0 : index(view)], shift_};
}

template <class Batch>
void InPlace<Batch>::load(const telemetry::Labelled<Batch>& topic, const WindowSource& source) {
  topic_ = &topic;
  shift_ = source.shift;
  for (std::vector<std::uint32_t>& list : added_) list.clear();
  if (topic.foreign == 0) return;
  background_.resize(topic.rows.size());
  std::size_t size = 0;
  for (std::uint32_t i = 0; i < topic.rows.size(); ++i) {
    const Origin origin = topic.origins[i];
    const Label label = origin == kBackground ? kBackgroundLabel : (*source.label)(origin);
    background_[size] = i;
    size += label == kBackgroundLabel ? 1 : 0;
    if (label != kBackgroundLabel) added_[label].push_back(i);
  }
  background_.resize(size);
}

template class Selection<AccessBatch>;
template class Selection<AuthBatch>;
template class InPlace<AccessBatch>;
template class InPlace<AuthBatch>;

}  // namespace dwell::run
