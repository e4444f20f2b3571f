#pragma once
// What one incident did: requests, accounts exposed over time and by field, and which entities belong to it.

#include <array>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sim/core/data_fields.hpp"
#include "sim/core/ids.hpp"
#include "sim/core/serial.hpp"
#include "sim/core/time.hpp"
#include "sim/core/vocabulary.hpp"

namespace dwell::truth {

/// Kinds of entities a detector may point at that can belong to an incident.
enum class Kind : std::uint8_t { key, source, network, country, page, account };
inline constexpr std::uint32_t kKinds = 6;
inline constexpr std::array<std::string_view, kKinds> kKindNames = {"key",     "source", "network",
                                                                    "country", "page",   "account"};

/// One answered request of the incident.
struct Touch {
  MemberId member;
  Page page = Page::home;
  std::uint16_t records = 0;
  SourceId source;
  NetworkId network;
  CountryId country;
  KeyId key;
  Time time;
};

/// A set of member ids by bit, first ids to last, that grows as ids come: one bit an id.
class MemberSet {
 public:
  /// True when `id` was not in the set before.
  bool insert(std::uint32_t id);
  [[nodiscard]] bool contains(std::uint32_t id) const;
  [[nodiscard]] std::size_t bytes() const { return words_.capacity() * sizeof(std::uint64_t); }
  void save(ByteWriter& writer) const { writer.put_vector(words_); }
  void restore(ByteReader& reader) { words_ = reader.get_vector<std::uint64_t>(); }

 private:
  std::vector<std::uint64_t> words_;
};

/// Recorder of one incident. Touches may come in any order; the exposure of an account counts in the window of the
/// first touch that was observed, the entities' first touch is the earliest one. Cost: about 20 ns a touch; memory 4
/// bytes per id named, one bit per id and page that returned a record, and 56 bytes per window up to the last touched.
class Incident {
 public:
  /// `legible`: the fields that can be read from a record of each page.
  explicit Incident(Duration window = Duration::seconds(60), const PageFields& legible = kReturnedFields);

  void observe(const Touch& touch);

  /// Requests observed.
  [[nodiscard]] std::uint64_t requests() const { return requests_; }
  /// Time of the earliest and the latest touch; kNever and 0 when there was none.
  [[nodiscard]] Time first() const { return first_; }
  [[nodiscard]] Time last() const { return last_; }

  /// Distinct accounts of which at least one legible field was returned; one certain field; a record on one page, be it
  /// legible or not.
  [[nodiscard]] std::uint64_t exposed() const { return exposed_total_; }
  [[nodiscard]] std::uint64_t exposed(DataField field) const {
    return exposed_by_field_[static_cast<std::size_t>(field)];
  }
  [[nodiscard]] std::uint64_t exposed(Page page) const { return exposed_by_page_[static_cast<std::size_t>(page)]; }
  /// The same up to the end of the window that holds `until`. O(windows) once after the last touch, then O(1).
  [[nodiscard]] std::uint64_t exposed_until(Time until) const;
  [[nodiscard]] std::uint64_t exposed_until(Page page, Time until) const;
  [[nodiscard]] std::uint64_t exposed_until(DataField field, Time until) const;

  /// Windows in which there was a request of the incident, of any page, up to the one that holds `until`; of all.
  [[nodiscard]] std::uint64_t windows_until(Time until) const;
  [[nodiscard]] std::uint64_t windows() const { return windows_; }

  /// Whether the entity was touched by the incident at or before `up_to` (for accounts to the second, rounded down).
  /// For pages the id is the Page's number.
  [[nodiscard]] bool belongs(Kind kind, std::uint64_t id, Time up_to) const;
  /// Earliest touch of an entity; kNever when it was never touched. Accounts to the second.
  [[nodiscard]] Time first_touch(Kind kind, std::uint64_t id) const;
  /// Number of distinct entities of a kind.
  [[nodiscard]] std::uint64_t entities(Kind kind) const;

  [[nodiscard]] std::size_t bytes() const;

  void save(ByteWriter& writer) const;
  /// Whether all was there is told by the reader.
  void restore(ByteReader& reader);

 private:
  static constexpr std::size_t kDataPages = kPages - static_cast<std::size_t>(Page::mypage);
  static constexpr std::uint32_t kUntouched = UINT32_MAX;
  struct Exposure {
    std::uint32_t touched = 0;  // whether the window was, later how many were
    std::uint32_t all = 0;
    std::array<std::uint32_t, kDataPages> by_page{};
    std::array<std::uint32_t, kDataFields> by_field{};
  };
  /// Place of a page among those that return member data.
  static std::size_t place_of(Page page) {
    return static_cast<std::size_t>(page) - static_cast<std::size_t>(Page::mypage);
  }

  void touch_entity(Kind kind, std::uint32_t id, Time time);
  void touch_account(std::uint32_t id, Time time);
  [[nodiscard]] Exposure& newly_in(Time time);
  void expose(const Touch& touch);
  [[nodiscard]] FieldSet known_of(std::uint32_t member) const;
  [[nodiscard]] const Exposure* until(Time time) const;

  Duration window_;
  PageFields legible_;
  std::uint64_t requests_ = 0;
  std::uint64_t windows_ = 0;
  Time first_ = kNever;
  Time last_{};
  std::uint64_t exposed_total_ = 0;
  std::array<std::uint64_t, kPages> exposed_by_page_{};
  std::array<std::uint64_t, kDataFields> exposed_by_field_{};
  std::array<MemberSet, kDataPages> exposed_on_;
  std::vector<Exposure> newly_;               // by window
  mutable std::vector<Exposure> cumulative_;  // by window; empty after a touch
  std::array<std::unordered_map<std::uint32_t, Time>, kKinds - 1> touched_;
  std::vector<std::uint32_t> account_seconds_;  // by member id, of the earliest touch
  std::uint64_t accounts_ = 0;
  // The entities of the last touch: a sweep repeats them, and then nothing has to be looked up.
  std::array<std::uint32_t, kKinds - 1> latest_id_{};
  std::array<Time, kKinds - 1> latest_first_{};
};

}  // namespace dwell::truth
