#include "sim/kernel/timetable.hpp"

#include <algorithm>
#include <bit>

#include "sim/core/check.hpp"

namespace dwell::kernel {

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
  front.prefetch();
  if (run_.size() < count + kAhead) run_.resize(count + count / 2 + kAhead);
  cursor_ = run_.data();
  end_ = cursor_ + count;
  if (count != 0) {
    sort_bucket(
        front, offset_bits_, counts_, cursor_, [](const Entry& entry) { return entry.offset_us; },
        [](const Entry& a, const Entry& b) { return a < b; });
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

void Timetable::save(ByteWriter& writer) const {
  writer.put(base_us_);
  std::uint64_t count = far_.size();
  for (const Slots& bucket : ring_) count += bucket.size();
  writer.put(count);
  const auto put = [&](std::int64_t at_us, std::uint32_t who, std::uint32_t what) {
    writer.put(at_us);
    writer.put(who);
    writer.put(what);
  };
  for (std::size_t k = 0; k < ring_.size(); ++k) {
    const std::int64_t begin_us = base_us_ + static_cast<std::int64_t>(k) * length_us();
    ring_[(head_ + k) & mask_].for_each([&](const Entry& e) { put(begin_us + e.offset_us, e.who, e.what); });
  }
  for (const Far& far : far_) put(far.at.us, far.who, far.what);
}

void Timetable::restore(ByteReader& reader) {
  base_us_ = reader.get<std::int64_t>();
  for (auto count = reader.get<std::uint64_t>(); count > 0 && !reader.failed(); --count) {
    const auto at_us = reader.get<std::int64_t>();
    const auto who = reader.get<std::uint32_t>();
    const auto what = reader.get<std::uint32_t>();
    if (!reader.failed()) write(who, at_us, what);
  }
}

}  // namespace dwell::kernel
