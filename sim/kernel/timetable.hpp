#pragma once
// The dense future of one process: what an entity of it does when, known ahead and many at a time.
//
// A process that hosts many entities and knows what they will do need not schedule an event for each of it: it writes
// the future of an entity into its timetable and, in each window, reads the entries off in order, beside its events.
// An entry takes 12 bytes where an event takes 24, and one entity's entries are written in one go. Nothing in it
// reaches another process; what does must be sent.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/core/reciprocal.hpp"
#include "sim/core/serial.hpp"
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

  /// Writes what `who` does at a moment not before the last entry taken. O(1); in the begun window O(what is left of
  /// it); beyond the horizon O(log n).
  void write(std::uint32_t who, std::int64_t at_us, std::uint32_t what) {
    const auto offset = static_cast<std::uint64_t>(at_us - base_us_);
    if (offset >= horizon_us_) [[unlikely]] {  // or negative
      write_elsewhere(who, at_us, what);
      return;
    }
    const auto [window, within] = length_.divide(offset);
    ring_[(head_ + window) & mask_].push(Entry{static_cast<std::uint32_t>(within), who, what}, pool_);
  }

  /// Begins the next window (the first call: the one at time 0). What is left of the window before is dropped.
  void begin_window();
  [[nodiscard]] Duration window_length() const { return {length_us()}; }
  [[nodiscard]] Time window_begin() const { return {base_us_ - length_us()}; }
  [[nodiscard]] Time window_end() const { return {base_us_}; }

  /// The next entry of the begun window if it is due before `limit_us` after the window's begin, removed; else nullptr.
  /// Good until the next call or write.
  [[nodiscard]] const Entry* next(std::uint64_t limit_us) {
    if (cursor_ == end_ || cursor_->offset_us >= limit_us) return nullptr;
    return cursor_++;
  }
  /// What is left of the begun window, in order; good until the next write into it. kAhead places beyond its end may be
  /// read and hold anything: hints for prefetching.
  [[nodiscard]] std::span<const Entry> left() const { return {cursor_, end_}; }
  static constexpr std::size_t kAhead = 32;
  /// Removes what is left before an entry of it, or before its end.
  void take_until(const Entry* entry) { cursor_ += entry - cursor_; }

  [[nodiscard]] std::size_t bytes() const {
    return pool_.bytes() + ring_.size() * sizeof(Slots) + run_.capacity() * sizeof(Entry) +
           counts_.capacity() * sizeof(std::uint32_t) + far_.capacity() * sizeof(Far);
  }

  /// Between windows: what is to come, and back into a timetable made alike.
  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);

 private:
  using Slots = Bucket<Chunk<Entry, 512>>;
  // Chunks of a window lie anywhere in the pool, so a large one had better have few pages.
  static constexpr std::size_t kLargeFromBytes = std::size_t{1} << 20;
  struct Far {
    Time at;
    std::uint32_t who, what;
    /// The order of a heap with the least in front.
    static constexpr bool after(const Far& a, const Far& b) {
      if (a.at != b.at) return a.at > b.at;
      return a.who != b.who ? a.who > b.who : a.what > b.what;
    }
  };
  [[nodiscard]] std::int64_t length_us() const { return static_cast<std::int64_t>(length_.divisor()); }
  void write_elsewhere(std::uint32_t who, std::int64_t at_us, std::uint32_t what);
  void insert(const Entry& entry);

  Reciprocal length_;
  std::uint64_t horizon_us_;
  std::int64_t base_us_ = 0;  // begin of the front bucket's window
  std::size_t mask_;
  std::size_t head_ = 0;
  unsigned offset_bits_;
  std::vector<Slots> ring_;
  ChunkPool<Chunk<Entry, 512>> pool_{kLargeFromBytes};
  std::vector<Far> far_;

  std::vector<Entry> run_;  // the begun window: [cursor_, end_) is sorted and to come; kAhead more may be read
  Entry* cursor_;
  Entry* end_;
  std::vector<std::uint32_t> counts_;  // of the sort
};

}  // namespace dwell::kernel
