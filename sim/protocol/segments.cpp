#include "sim/protocol/segments.hpp"

#include <bit>

#include "sim/core/digest.hpp"

namespace dwell::protocol {
namespace {

constexpr std::uint8_t bit(Segment segment) { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(segment)); }

Segment usual_segment(Page page) {
  switch (page) {
    case Page::home:
    case Page::search:
    case Page::pdp:
      return Segment::inventory;
    case Page::checkout:
      return Segment::payment;
    case Page::cart:
    case Page::done:
    case Page::order_list:
      return Segment::orders;
    case Page::mypage:
    case Page::profile:
      return Segment::member_information;
    case Page::address:
    case Page::address_edit:
      return Segment::addresses;
  }
  return Segment::inventory;
}

FieldSet set_of(const std::vector<DataField>& fields) {
  FieldSet set;
  for (const DataField field : fields) set.add(field);
  return set;
}

}  // namespace

std::vector<Reach> usual_reach() {
  using S = Segment;
  return {
      {KeyUse::token_signing, {S::member_information, S::addresses, S::orders, S::payment, S::inventory}},
      {KeyUse::service, {S::member_information, S::addresses, S::orders, S::inventory}},
      {KeyUse::partner, {S::logistics}},
      {KeyUse::support, {S::support}},
      {KeyUse::database,
       {S::member_information, S::addresses, S::orders, S::payment, S::logistics, S::inventory, S::support}},
      {KeyUse::cloud_role, {S::logistics, S::inventory}},
  };
}

std::vector<PageData> usual_pages() {
  std::vector<PageData> pages;
  for (std::uint32_t p = 0; p < kPages; ++p) {
    const auto page = static_cast<Page>(p);
    PageData data{page, usual_segment(page), {}};
    for (std::uint32_t f = 0; f < kDataFields; ++f) {
      if (kReturnedFields[p].has(static_cast<DataField>(f))) data.fields.push_back(static_cast<DataField>(f));
    }
    pages.push_back(std::move(data));
  }
  return pages;
}

std::vector<DeskView> usual_desks() {
  using F = DataField;
  constexpr KeyUse kDesk = KeyUse::support, kCourier = KeyUse::partner, kShipping = KeyUse::cloud_role;
  constexpr Segment kCases = Segment::support, kShipments = Segment::logistics;
  return {
      {{Page::mypage, kCases, {F::name}}, kDesk},
      {{Page::profile, kCases, {F::name, F::email, F::phone}}, kDesk},
      {{Page::address, kCases, {F::name, F::phone, F::address}}, kDesk},
      {{Page::address_edit, kCases, {F::name, F::phone, F::address, F::door_code}}, kDesk},
      {{Page::order_list, kCases, {F::order_lines, F::partial_card}}, kDesk},
      {{Page::address, kShipments, {F::name, F::phone, F::address, F::door_code}}, kCourier},
      {{Page::order_list, kShipments, {F::order_lines}}, kCourier},
      {{Page::address, kShipments, {F::name, F::phone, F::address}}, kShipping},
      {{Page::order_list, kShipments, {F::order_lines}}, kShipping},
  };
}

PageFields legible_fields(const SegmentParams& params, KeyUse use) {
  PageFields legible = kReturnedFields;
  const auto returns = [&](Page page, const std::vector<DataField>& fields) {
    legible[static_cast<std::size_t>(page)] = set_of(fields);
  };
  for (const PageData& data : params.pages) returns(data.page, data.fields);
  for (const DeskView& view : params.desks) {
    if (view.key == use) returns(view.page, view.fields);
  }
  FieldSet hidden = set_of(params.removed);
  hidden.add(set_of(params.encrypted));
  for (FieldSet& fields : legible) fields.remove(hidden);
  return legible;
}

ReachTable::ReachTable(const SegmentParams& params) : on_(params.on), zero_trust_(params.zero_trust) {
  for (const Reach& reach : params.reach) {
    std::uint8_t& segments = segments_[static_cast<std::size_t>(reach.key)];
    for (const Segment segment : reach.segments) segments = static_cast<std::uint8_t>(segments | bit(segment));
  }
  for (auto& of_use : segment_of_) {
    for (std::uint32_t p = 0; p < kPages; ++p) of_use[p] = usual_segment(static_cast<Page>(p));
    for (const PageData& data : params.pages) of_use[static_cast<std::size_t>(data.page)] = data.segment;
  }
  for (const DeskView& view : params.desks)
    segment_of_[static_cast<std::size_t>(view.key)][static_cast<std::size_t>(view.page)] = view.segment;
}

/// The segment of member data a token-signing key is bound to; products are open to every key that reaches them.
std::uint8_t ReachTable::own_segment(KeyId key) const {
  const auto all = segments_[static_cast<std::size_t>(KeyUse::token_signing)];
  auto choice = static_cast<std::uint8_t>(all & ~bit(Segment::inventory));
  const int count = std::popcount(choice);
  if (count == 0) return all;
  // Key numbers are drawn anew for every seed, so is what they are bound to.
  const auto skip = static_cast<int>(mix64(key.value) % static_cast<std::uint64_t>(count));
  for (int i = 0; i < skip; ++i) choice = static_cast<std::uint8_t>(choice & (choice - 1));
  const auto own = static_cast<std::uint8_t>(choice & -choice);
  return static_cast<std::uint8_t>(own | (all & bit(Segment::inventory)));
}

bool ReachTable::reaches(KeyUse use, KeyId key, Page page) const {
  if (!on_) return true;
  if (key.value == 0) return !is_member_data(page);
  const bool bound = zero_trust_ && use == KeyUse::token_signing;
  const std::uint8_t segments = bound ? own_segment(key) : segments_[static_cast<std::size_t>(use)];
  return (segments & bit(segment_of(page, use))) != 0;
}

}  // namespace dwell::protocol
