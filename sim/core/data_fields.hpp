#pragma once
// What the platform holds on a member and where it lies: segments, data fields, and the fields a page's answer returns.
// Names are stable: scenarios and results write them.

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "sim/core/vocabulary.hpp"

namespace dwell {

/// Parts of the platform behind the gateway. Every page belongs to one.
enum class Segment : std::uint8_t { member_information, addresses, orders, payment, logistics, inventory, support };
inline constexpr std::uint32_t kSegments = 7;
inline constexpr std::array<std::string_view, kSegments> kSegmentNames = {
    "member_information", "addresses", "orders", "payment", "logistics", "inventory", "support"};

/// Data fields of a member, by which harm is counted.
enum class DataField : std::uint8_t { name, email, phone, address, door_code, order_lines, partial_card };
inline constexpr std::uint32_t kDataFields = 7;
inline constexpr std::array<std::string_view, kDataFields> kDataFieldNames = {
    "name", "email", "phone", "address", "door_code", "order_lines", "partial_card"};

/// A set of data fields.
struct FieldSet {
  std::uint8_t bits = 0;

  constexpr FieldSet() = default;
  constexpr FieldSet(std::initializer_list<DataField> fields) {
    for (const DataField field : fields) add(field);
  }
  constexpr void add(DataField field) { bits = static_cast<std::uint8_t>(bits | bit(field)); }
  constexpr void remove(FieldSet other) { bits = static_cast<std::uint8_t>(bits & ~other.bits); }
  constexpr void add(FieldSet other) { bits = static_cast<std::uint8_t>(bits | other.bits); }
  [[nodiscard]] constexpr bool has(DataField field) const { return (bits & bit(field)) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits == 0; }

 private:
  static constexpr unsigned bit(DataField field) { return 1U << static_cast<unsigned>(field); }
};

/// Fields in the answers of each page.
using PageFields = std::array<FieldSet, kPages>;

/// What pages return to members. Of the case (Ministry of Science and ICT, 2026-02-10): profile and addresses; the list
/// of addresses has its door codes masked, the page on which one is edited shows them. Assumptions: my page, the order
/// list, and the card at the checkout, which is shown for the cart of the member's own session: a request from outside
/// brings no cart and is answered without a record.
inline constexpr PageFields kReturnedFields = [] {
  PageFields fields{};
  const auto set = [&](Page page, FieldSet of) { fields[static_cast<std::size_t>(page)] = of; };
  set(Page::checkout, {DataField::partial_card});
  set(Page::mypage, {DataField::name});
  set(Page::profile, {DataField::name, DataField::email, DataField::phone});
  set(Page::address, {DataField::name, DataField::phone, DataField::address});
  set(Page::address_edit, {DataField::name, DataField::phone, DataField::address, DataField::door_code});
  set(Page::order_list, {DataField::order_lines});
  return fields;
}();

}  // namespace dwell
