#pragma once
// Open sessions of a shard, and what its timetable says of each of their moments.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/core/huge_pages.hpp"
#include "sim/core/ids.hpp"
#include "sim/core/serial.hpp"
#include "sim/core/vocabulary.hpp"

namespace dwell::commerce {

/// One open session: everything its rows have in common, so that a page touches one cache line. page_rows.cpp reads it
/// by quarters.
struct alignas(64) Session {
  std::uint64_t token = 0;
  std::int64_t token_issued_us = 0;
  std::uint32_t member = 0;
  std::uint32_t source = 0;
  std::uint32_t key = 0;  ///< until the token is issued: 32 uniform bits that choose it
  std::uint16_t network = 0, country = 0;
  std::uint64_t fold = 0;    ///< of the columns that its answered pages share; see row_sink.hpp
  std::int64_t next_us = 0;  ///< time of the first page not drawn yet
  std::uint32_t index = 0;   ///< ordinal of the session of its member; keys its draws
  Origin origin;
  std::uint16_t ordinal = 0;     ///< of the first page not drawn yet
  std::uint16_t pages = 0;       ///< version and left: written at once, as half a word would first have to be read
  std::uint8_t where = 0;        ///< level of the page chain, and below its four bits the first page not drawn yet
  std::uint8_t revocations = 0;  ///< of the key cache when its key was last found good, mod 256
  std::uint8_t addresses = 0;
  Client client = Client::android;

  /// Pages not drawn yet.
  [[nodiscard]] std::uint32_t left() const { return pages & 0xfffU; }
  /// Of the app, which decides on the page chain.
  [[nodiscard]] std::uint32_t version() const { return pages >> 12U; }
  [[nodiscard]] static std::uint16_t pages_of(std::uint32_t left, std::uint32_t version) {
    return static_cast<std::uint16_t>(version << 12U | (left & 0xfffU));
  }
  [[nodiscard]] std::uint32_t level() const { return where >> 4U; }
  [[nodiscard]] static std::uint8_t place(std::uint32_t level, Page page) {
    return static_cast<std::uint8_t>(level << 4U | static_cast<std::uint32_t>(page));
  }
};
static_assert(sizeof(Session) == 64);
static_assert(kPages <= 16, "a page is four bits of a moment");

/// What happens to a log row: it arrives at once, or is lost, or arrives late.
enum class Fate : std::uint8_t { prompt, lost, late };

/// One moment of a session in 32 bits.
struct Moment {
  std::uint32_t bits = 0;

  // Fields: page 4, log lines 8, records 8, then the rare ones.
  static constexpr std::uint32_t kLinesAt = 4, kRecordsAt = 12, kFateAt = 20, kTokenFateAt = 24;
  static constexpr std::uint32_t kLogin = 1U << 22;        ///< the token is for a log-in with a password
  static constexpr std::uint32_t kFirst = 1U << 23;        ///< the page is the first: a token is issued
  static constexpr std::uint32_t kFailedLogin = 1U << 26;  ///< not a page; its row's fate is `token_fate`
  static constexpr std::uint32_t kLast = 1U << 27;         ///< the session ends
  static constexpr std::uint32_t kMore = 1U << 28;         ///< the pages after this instalment are to be drawn now
  static constexpr std::uint32_t kRare = ~0U << kFateAt & ~kLast;

  [[nodiscard]] std::uint8_t page() const { return bits & 15U; }
  [[nodiscard]] std::uint8_t log_lines() const { return static_cast<std::uint8_t>(bits >> kLinesAt); }
  [[nodiscard]] std::uint8_t records() const { return static_cast<std::uint8_t>(bits >> kRecordsAt); }
  [[nodiscard]] Fate fate() const { return static_cast<Fate>(bits >> kFateAt & 3U); }
  [[nodiscard]] Fate token_fate() const { return static_cast<Fate>(bits >> kTokenFateAt & 3U); }
  /// Page, log lines and records in one word.
  [[nodiscard]] std::uint64_t answer() const { return bits & ((1U << kFateAt) - 1); }
  [[nodiscard]] static std::uint64_t answer(std::uint8_t page, std::uint8_t log_lines, std::uint16_t records) {
    return page | std::uint64_t{log_lines} << kLinesAt | std::uint64_t{records} << kRecordsAt;
  }
  [[nodiscard]] bool has(std::uint32_t flag) const { return (bits & flag) != 0; }
};

/// Slab with a free list.
class Sessions {
 public:
  [[nodiscard]] Session& operator[](std::uint32_t slot) { return slots_[slot]; }
  [[nodiscard]] std::uint32_t take() {
    if (free_count_ == 0) [[unlikely]]
      grow();
    return free_[--free_count_];
  }
  /// Gives the slot back if `really`, without a branch.
  void give_back(std::uint32_t slot, bool really = true) {
    free_[free_count_] = slot;
    free_count_ += really ? 1 : 0;
  }
  /// Gives back the slots of those of `count` entries that are the last of their session.
  template <class Entry>
  void give_back_ended(const Entry* entries, std::ptrdiff_t count) {
    std::uint32_t* const free = free_.data();
    std::size_t free_count = free_count_;
#pragma GCC unroll 4
    for (std::ptrdiff_t i = 0; i < count; ++i) {
      free[free_count] = entries[i].who;
      free_count += Moment{entries[i].what}.has(Moment::kLast) ? 1 : 0;
    }
    free_count_ = free_count;
  }
  /// Where slots may be written that are then given back by their number; kSpare of them have room.
  [[nodiscard]] std::uint32_t* free_places() { return free_.data() + free_count_; }
  void give_back_written(std::size_t count) { free_count_ += count; }
  static constexpr std::size_t kSpare = 8;
  /// Slots and the order in which they are handed out: what refers to a session does so by its slot.
  void save(ByteWriter& writer) const {
    writer.put_all(std::span<const Session>(slots_));
    writer.put_vector(free_);
    writer.put(static_cast<std::uint64_t>(free_count_));
  }
  void restore(ByteReader& reader) {
    const std::vector<Session> slots = reader.get_vector<Session>();
    slots_.assign(slots.begin(), slots.end());
    free_ = reader.get_vector<std::uint32_t>();
    free_count_ = static_cast<std::size_t>(reader.get<std::uint64_t>());
    const std::size_t places = slots_.empty() ? 0 : slots_.size() + kSpare;
    if (free_.size() != places || free_count_ > slots_.size()) reader.fail();
  }
  void prefetch(std::uint32_t slot) const { __builtin_prefetch(&slots_[slot], 1); }
  /// The slot that will be taken after `ahead` others, where it is free already.
  void prefetch_free(std::size_t ahead) const {
    if (ahead < free_count_) prefetch(free_[free_count_ - 1 - ahead]);
  }

 private:
  void grow();
  std::vector<Session, HugePageAllocator<Session>> slots_;
  std::vector<std::uint32_t> free_;  // the first free_count_; kSpare places more than there are slots
  std::size_t free_count_ = 0;
};

}  // namespace dwell::commerce
