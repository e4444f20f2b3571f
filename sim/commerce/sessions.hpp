#pragma once
// Open sessions of a shard: fixed records in a slab, reused.

#include <cstdint>
#include <vector>

#include "sim/core/ids.hpp"
#include "sim/core/random.hpp"
#include "sim/core/vocabulary.hpp"

namespace dwell::commerce {

/// One open session: everything its page rows need, so that a page touches one cache line.
struct alignas(64) Session {
  std::uint64_t token = 0;
  std::int64_t token_issued_us = 0;
  std::uint32_t member = 0;
  std::uint32_t source = 0;
  std::uint32_t key = 0;
  std::uint32_t index = 0;  ///< ordinal of the session of its member; keys its draws
  Origin origin;
  /// The random bits of the next page, drawn one page ahead, so that nothing waits for them. Before the first page,
  /// while there is no token: fate of the issuance row, whether it is a log-in with a password, failed log-ins still to
  /// come.
  RandomBlock draw{};
  std::uint16_t network = 0, country = 0;
  std::uint16_t ordinal = 0;     ///< of the next page; 0 while the session has no token
  std::uint16_t left = 0;        ///< pages still to come, the next one included
  std::uint8_t where = 0;        ///< level of the page chain, and below its four bits the next page
  std::uint8_t revocations = 0;  ///< of the key cache when its key was last found good, mod 256
  std::uint8_t addresses = 0;
  Client client = Client::android;

  [[nodiscard]] Page page() const { return static_cast<Page>(where & 15U); }
  [[nodiscard]] std::uint32_t level() const { return where >> 4U; }
  [[nodiscard]] static std::uint8_t place(std::uint32_t level, Page page) {
    return static_cast<std::uint8_t>(level << 4U | static_cast<std::uint32_t>(page));
  }
  std::uint32_t& issue_fate() { return draw.word[0]; }
  std::uint32_t& login() { return draw.word[1]; }
  std::uint32_t& failures() { return draw.word[2]; }
};
static_assert(sizeof(Session) == 64);

/// Slab with a free list. A slot is at most 24 bits.
class Sessions {
 public:
  static constexpr std::uint32_t kMostSlots = 1U << 24;

  [[nodiscard]] Session& operator[](std::uint32_t slot) { return slots_[slot]; }
  [[nodiscard]] std::uint32_t take() {
    if (free_.empty()) return grow();
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    return slot;
  }
  void give_back(std::uint32_t slot) { free_.push_back(slot); }
  void prefetch(std::uint32_t slot) const {
    if (slot < slots_.size()) __builtin_prefetch(&slots_[slot], 1);
  }
  [[nodiscard]] std::size_t open() const { return slots_.size() - free_.size(); }
  [[nodiscard]] std::size_t bytes() const { return slots_.capacity() * sizeof(Session) + free_.capacity() * 4; }

 private:
  std::uint32_t grow();
  std::vector<Session> slots_;
  std::vector<std::uint32_t> free_;
};

}  // namespace dwell::commerce
