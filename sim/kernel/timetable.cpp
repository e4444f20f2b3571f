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
  horizon_us_ = ring_.size() * length_.divisor();
}

void Timetable::begin_window() {
  Slots& front = ring_[head_];
  cursor_ = 0;
  end_ = front.size();
  if (run_.size() < end_) run_.resize(end_ + end_ / 2);
  if (end_ != 0) {
    sort_bucket(
        front, offset_bits_, counts_, run_.data(), [](const Entry& entry) { return std::uint64_t{entry.offset_us}; },
        [](const Entry& a, const Entry& b) { return a < b; });
    front.release(pool_);
  }
  base_us_ += length_us();
  head_ = (head_ + 1) & mask_;
  while (!far_.empty() && static_cast<std::uint64_t>(far_.front().at.us - base_us_) < horizon_us_) {
    std::pop_heap(far_.begin(), far_.end(), Far::after);
    const Moment moment{far_.back().at.us, far_.back().what};
    const std::uint32_t who = far_.back().who;
    far_.pop_back();
    write(who, {&moment, 1});
  }
}

void Timetable::write_elsewhere(std::uint32_t who, const Moment& moment) {
  if (moment.at_us < base_us_) {
    DWELL_DEMAND(moment.at_us >= window_begin().us, "a timetable's entry lies in a window that is over");
    insert({static_cast<std::uint32_t>(moment.at_us - base_us_ + length_us()), who, moment.what});
    return;
  }
  far_.push_back({Time{moment.at_us}, who, moment.what});
  std::push_heap(far_.begin(), far_.end(), Far::after);
}

// The few entries that fall into the window being read move those behind them.
void Timetable::insert(const Entry& entry) {
  DWELL_DEMAND(cursor_ == 0 || entry.offset_us >= run_[cursor_ - 1].offset_us,
               "a timetable's entry lies before one that was read");
  if (end_ == run_.size()) run_.resize(run_.size() + run_.size() / 2 + 16);
  const auto end = run_.begin() + static_cast<std::ptrdiff_t>(end_);
  const auto place = std::upper_bound(run_.begin() + static_cast<std::ptrdiff_t>(cursor_), end, entry);
  std::move_backward(place, end, end + 1);
  *place = entry;
  ++end_;
}

}  // namespace dwell::kernel
