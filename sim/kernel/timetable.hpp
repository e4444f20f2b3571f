#pragma once
// The dense future of one process: what an entity of it does when, known ahead and many at a time.
//
// A process that hosts many entities and knows what they will do need not schedule an event for each of it: it writes
// the future of an entity into its timetable and, in each window, reads the entries off in order, beside its events.
// An entry takes 12 bytes where an event takes 24, and one entity's entries are written in one go. Nothing in it
// reaches another process; what does must be sent.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/core/reciprocal.hpp"
#include "sim/core/time.hpp"
#include "sim/kernel/buckets.hpp"

namespace dwell::kernel {

/// Entries for future windows in buckets, sorted when their window begins. Not thread-safe; not movable.
/// Entries of a moment are in order of `who` and then `what`.
class Timetable {
 public:
  struct Entry {
    std::uint32_t offset_us;  ///< from the window's begin
    std::uint32_t who;        ///< the model's: an entity
    std::uint32_t what;       ///< the model's
    friend constexpr bool operator<(const Entry& a, const Entry& b) {
      if (a.offset_us != b.offset_us) return a.offset_us < b.offset_us;
      return a.who != b.who ? a.who < b.who : a.what < b.what;
    }
  };
  static_assert(sizeof(Entry) == 12);

  /// Buckets for `horizon_windows` (>= 1, rounded up to a power of two) windows of `window_length` (1 us to 2^32 us),
  /// from time 0 on. Entries beyond them wait in a heap. 16 bytes a window.
  Timetable(Duration window_length, std::size_t horizon_windows);

  /// Writes the moments of one entity, one after the other. Good until `begin_window`.
  class Pen {
   public:
    Pen(Timetable& timetable, Time at, std::uint32_t who)
        : timetable_(timetable), who_(who), length_(timetable.length_.divisor()) {
      go_to(at);
    }
    [[nodiscard]] Time now() const {
      return {timetable_.base_us_ + window_ * static_cast<std::int64_t>(length_) + static_cast<std::int64_t>(within_)};
    }
    /// An entry now, which is not before the last one taken. O(1); in the begun window O(what is left of it).
    void write(std::uint32_t what) {
      const Entry entry{static_cast<std::uint32_t>(within_), who_, what};
      if (static_cast<std::uint64_t>(window_) > timetable_.mask_) [[unlikely]] {
        timetable_.push_elsewhere(now(), entry);
        return;
      }
      timetable_.bucket(static_cast<std::uint64_t>(window_)).push(entry, timetable_.pool_);
    }
    /// Goes on by `span`, 0 or more.
    void advance(Duration span) {
      const std::uint64_t within = within_ + static_cast<std::uint64_t>(span.us);
      if (within >> kShortBits != 0) [[unlikely]] {
        go_to(now() + span);
        return;
      }
      const std::uint64_t windows = (within * timetable_.short_inverse_) >> timetable_.short_shift_;
      window_ += static_cast<std::int64_t>(windows);
      within_ = within - windows * length_;
    }

   private:
    void go_to(Time at);
    Timetable& timetable_;
    std::uint32_t who_;
    std::uint64_t length_;
    std::int64_t window_ = 0;  // counted from the front bucket's; -1 the begun one
    std::uint64_t within_ = 0;
  };

  /// Begins the next window (the first call: the one at time 0). What is left of the window before is dropped.
  void begin_window();
  [[nodiscard]] Time window_begin() const { return {base_us_ - length_us()}; }

  /// The next entry of the begun window if it is due before `limit_us` after the window's begin, removed; else nullptr.
  /// Good until the next call or push.
  [[nodiscard]] const Entry* next(std::uint64_t limit_us) {
    if (cursor_ == end_ || run_[cursor_].offset_us >= limit_us) return nullptr;
    return &run_[cursor_++];
  }
  /// The entry n places behind the one `next` would give, or nullptr: a hint for prefetching.
  [[nodiscard]] const Entry* ahead(std::size_t n) const { return n < end_ - cursor_ ? &run_[cursor_ + n] : nullptr; }

  [[nodiscard]] std::size_t bytes() const {
    return pool_.bytes() + ring_.size() * sizeof(Slots) + run_.capacity() * sizeof(Entry) +
           counts_.capacity() * sizeof(std::uint32_t) + far_.capacity() * sizeof(Far);
  }

 private:
  using Slots = Bucket<Chunk<Entry, 512>>;
  struct Far {
    Time at;
    std::uint32_t who, what;
    friend constexpr bool operator<(const Far& a, const Far& b) {  // for a heap with the least in front
      if (a.at != b.at) return a.at > b.at;
      return a.who != b.who ? a.who > b.who : a.what > b.what;
    }
  };
  [[nodiscard]] std::int64_t length_us() const { return static_cast<std::int64_t>(length_.divisor()); }
  [[nodiscard]] Slots& bucket(std::uint64_t window) { return ring_[(head_ + window) & mask_]; }
  void push_elsewhere(Time at, const Entry& entry);
  void insert(const Entry& entry);

  // Offsets below 2^31 are divided by the length with one multiplication of 64 bits: with 2^shift / length rounded up,
  // shift = 31 + the length's bits, the quotient is exact and the product fits.
  static constexpr unsigned kShortBits = 31;
  Reciprocal length_;
  std::uint64_t short_inverse_;
  unsigned short_shift_;
  std::int64_t base_us_ = 0;  // begin of the front bucket's window
  std::size_t mask_;
  std::size_t head_ = 0;
  unsigned offset_bits_;
  std::vector<Slots> ring_;
  ChunkPool<Chunk<Entry, 512>> pool_;
  std::vector<Far> far_;

  std::vector<Entry> run_;  // the begun window: [cursor_, end_) is sorted and to come
  std::size_t cursor_ = 0, end_ = 0;
  std::vector<std::uint32_t> counts_;  // of the sort
};

}  // namespace dwell::kernel
