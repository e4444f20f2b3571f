#include "sim/kernel/timetable.hpp"

#include <algorithm>
#include <bit>

#include "sim/core/check.hpp"

namespace dwell::kernel {
namespace {

using Entry = Timetable::Entry;

constexpr std::size_t kInsertionAlone = 4;       // up to so many entries counting does not pay
constexpr unsigned kMostBits = 12;               // counters that stay in the first-level cache
constexpr std::uint32_t kLongestInsertion = 32;  // a longer part is sorted by comparison first

void insertion_sort(Entry* out, std::size_t count) {
  for (std::size_t i = 1; i < count; ++i) {
    // Nearly all entries are in their place.
    if (out[i].offset_us > out[i - 1].offset_us) [[likely]]
      continue;
    const Entry entry = out[i];
    std::size_t j = i;
    for (; j > 0 && entry < out[j - 1]; --j) out[j] = out[j - 1];
    out[j] = entry;
  }
}

/// Sorts the bucket's entries into `out`, which has room for them: one counting pass over the leading bits of the
/// offset, in two to four parts an entry, then insertion.
template <class Slots>
void sort_entries(const Slots& bucket, unsigned offset_bits, std::vector<std::uint32_t>& counts, Entry* out) {
  const std::size_t count = bucket.size();
  if (count <= kInsertionAlone) {
    std::size_t n = 0;
    bucket.for_each([&](const Entry& entry) { out[n++] = entry; });
    insertion_sort(out, count);
    return;
  }
  const unsigned bits = std::min({static_cast<unsigned>(std::bit_width(count)) + 1, kMostBits, offset_bits});
  const unsigned shift = offset_bits - bits;
  const std::size_t parts = std::size_t{1} << bits;
  if (counts.size() < parts) counts.resize(parts);
  std::fill_n(counts.begin(), parts, 0U);
  std::uint32_t* const counters = counts.data();
  bucket.for_each([&](const Entry& entry) { ++counters[entry.offset_us >> shift]; });
  std::uint32_t position = 0, longest = 0;
  for (std::size_t part = 0; part < parts; ++part) {
    const std::uint32_t size = counters[part];
    counters[part] = position;
    position += size;
    longest = std::max(longest, size);
  }
  bucket.for_each([&](const Entry& entry) { out[counters[entry.offset_us >> shift]++] = entry; });
  if (longest > kLongestInsertion) [[unlikely]] {
    std::uint32_t from = 0;
    for (std::size_t part = 0; part < parts; ++part) {
      const std::uint32_t to = counters[part];
      if (to - from > kLongestInsertion) std::sort(out + from, out + to);
      from = to;
    }
  }
  insertion_sort(out, count);
}

}  // namespace

Timetable::Timetable(Duration window_length, std::size_t horizon_windows) {
  DWELL_DEMAND(window_length.us >= 1 && window_length.us <= (std::int64_t{1} << 32),
               "a timetable's window is 1 to 2^32 microseconds long");
  DWELL_DEMAND(horizon_windows >= 1 && horizon_windows <= (1U << 24), "the horizon is 1 to 2^24 windows");
  length_ = Reciprocal(static_cast<std::uint64_t>(window_length.us));
  offset_bits_ = static_cast<unsigned>(std::bit_width(length_.divisor() - 1));
  ring_.resize(std::bit_ceil(horizon_windows));
  mask_ = ring_.size() - 1;
  run_.resize(kAhead);
  cursor_ = end_ = run_.data();
  horizon_us_ = ring_.size() * length_.divisor();
}

void Timetable::begin_window() {
  Slots& front = ring_[head_];
  const std::size_t count = front.size();
  if (run_.size() < count + kAhead) run_.resize(count + count / 2 + kAhead);
  cursor_ = run_.data();
  end_ = cursor_ + count;
  if (count != 0) {
    sort_entries(front, offset_bits_, counts_, cursor_);
    front.release(pool_);
  }
  base_us_ += length_us();
  head_ = (head_ + 1) & mask_;
  while (!far_.empty() && static_cast<std::uint64_t>(far_.front().at.us - base_us_) < horizon_us_) {
    std::pop_heap(far_.begin(), far_.end(), Far::after);
    const Far far = far_.back();
    far_.pop_back();
    write(far.who, far.at.us, far.what);
  }
}

void Timetable::write_elsewhere(std::uint32_t who, std::int64_t at_us, std::uint32_t what) {
  if (at_us < base_us_) {
    DWELL_DEMAND(at_us >= window_begin().us, "a timetable's entry lies in a window that is over");
    insert({static_cast<std::uint32_t>(at_us - base_us_ + length_us()), who, what});
    return;
  }
  far_.push_back({Time{at_us}, who, what});
  std::push_heap(far_.begin(), far_.end(), Far::after);
}

// The few entries that fall into the window being read move those behind them.
void Timetable::insert(const Entry& entry) {
  DWELL_DEMAND(cursor_ == run_.data() || entry.offset_us >= cursor_[-1].offset_us,
               "a timetable's entry lies before one that was read");
  const auto read = static_cast<std::size_t>(cursor_ - run_.data());
  const auto count = static_cast<std::size_t>(end_ - run_.data());
  if (count + kAhead == run_.size()) {
    run_.resize(run_.size() + run_.size() / 2 + 16);
    cursor_ = run_.data() + read;
    end_ = run_.data() + count;
  }
  Entry* const place = std::upper_bound(cursor_, end_, entry);
  std::move_backward(place, end_, end_ + 1);
  *place = entry;
  ++end_;
}

}  // namespace dwell::kernel
