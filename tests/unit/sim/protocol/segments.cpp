#include "sim/protocol/segments.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <vector>

using namespace dwell;
using namespace dwell::protocol;

namespace {

constexpr KeyId kKey{4711};
constexpr KeyUse kUses[] = {KeyUse::token_signing, KeyUse::service,  KeyUse::partner,
                            KeyUse::support,       KeyUse::database, KeyUse::cloud_role};

std::vector<Page> member_pages() {
  return {Page::mypage, Page::profile, Page::address, Page::address_edit, Page::order_list};
}

Reach& reach_of(SegmentParams& params, KeyUse use) {
  for (Reach& reach : params.reach) {
    if (reach.key == use) return reach;
  }
  FAIL("no such use");
  return params.reach.front();
}

}  // namespace

TEST_CASE("by default every legitimate reader reaches the pages it reads", "[segments]") {
  const ReachTable table;
  for (std::uint32_t p = 0; p < kPages; ++p) CHECK(table.reaches(KeyUse::token_signing, kKey, static_cast<Page>(p)));
  for (const Page page : {Page::address, Page::profile, Page::mypage, Page::order_list})
    CHECK(table.reaches(KeyUse::support, kKey, page));
  for (const Page page : {Page::address, Page::profile}) CHECK(table.reaches(KeyUse::service, kKey, page));
  for (const Page page : {Page::address, Page::order_list}) CHECK(table.reaches(KeyUse::partner, kKey, page));
}

TEST_CASE("by default keys do not reach what they have no use for", "[segments]") {
  const ReachTable table;
  CHECK(table.segment_of(Page::checkout) == Segment::payment);
  for (const KeyUse use : {KeyUse::service, KeyUse::partner, KeyUse::support, KeyUse::cloud_role})
    CHECK_FALSE(table.reaches(use, kKey, Page::checkout));
  for (const KeyUse use : {KeyUse::partner, KeyUse::cloud_role}) {
    for (const Page page : {Page::mypage, Page::profile, Page::address_edit})
      CHECK_FALSE(table.reaches(use, kKey, page));
  }
}

TEST_CASE("every segment has pages, keys that reach them and keys that do not", "[segments]") {
  const ReachTable table;
  for (std::uint32_t s = 0; s < kSegments; ++s) {
    INFO(kSegmentNames[s]);
    int reaching = 0, refused = 0;
    for (const KeyUse use : kUses) {
      bool reaches = false;
      for (std::uint32_t p = 0; p < kPages; ++p) {
        const auto page = static_cast<Page>(p);
        reaches = reaches || (table.segment_of(page, use) == static_cast<Segment>(s) && table.reaches(use, kKey, page));
      }
      ++(reaches ? reaching : refused);
    }
    CHECK(reaching > 0);
    CHECK(refused > 0);
  }
}

TEST_CASE("what a stolen key of each use reads of a member", "[segments]") {
  using F = DataField;
  const ReachTable table;
  const FieldSet contact{F::name, F::phone, F::address, F::door_code, F::order_lines};
  FieldSet all = contact, desk = contact, shipping{F::name, F::phone, F::address, F::order_lines};
  all.add(F::email);
  desk.add({F::email, F::partial_card});
  // Databases are opened past the gateway, by which pages members see the same fields.
  const std::map<KeyUse, FieldSet> expected = {{KeyUse::token_signing, all}, {KeyUse::service, all},
                                               {KeyUse::partner, contact},   {KeyUse::support, desk},
                                               {KeyUse::database, all},      {KeyUse::cloud_role, shipping}};
  for (const KeyUse use : kUses) {
    INFO("use " << static_cast<int>(use));
    FieldSet read;
    const PageFields legible = legible_fields({}, use);
    for (const Page page : member_pages()) {
      if (table.reaches(use, kKey, page)) read.add(legible[static_cast<std::size_t>(page)]);
    }
    CHECK(read.bits == expected.at(use).bits);
  }
}

TEST_CASE("every field lies on a page that answers with records, and on none once it is removed", "[segments]") {
  for (std::uint32_t f = 0; f < kDataFields; ++f) {
    INFO(kDataFieldNames[f]);
    const auto field = static_cast<DataField>(f);
    SegmentParams less;
    less.removed = {field};
    bool found = false;
    for (const KeyUse use : kUses) {
      const PageFields usual = legible_fields({}, use), left = legible_fields(less, use);
      for (std::uint32_t p = 0; p < kPages; ++p) {
        found = found || (is_member_data(static_cast<Page>(p)) && usual[p].has(field));
        CHECK_FALSE(left[p].has(field));
        FieldSet others = usual[p];
        others.remove({field});
        CHECK(left[p].bits == others.bits);
      }
    }
    CHECK(found);
  }
}

TEST_CASE("what a desk sees differently is up to the scenario", "[segments]") {
  SegmentParams params;
  params.desks = {{{Page::profile, Segment::support, {DataField::name}}, KeyUse::support}};
  const ReachTable table(params);
  CHECK(table.segment_of(Page::profile, KeyUse::support) == Segment::support);
  CHECK(table.segment_of(Page::profile) == Segment::member_information);
  CHECK(table.reaches(KeyUse::support, kKey, Page::profile));
  CHECK_FALSE(table.reaches(KeyUse::support, kKey, Page::address));
  CHECK_FALSE(legible_fields(params, KeyUse::support)[static_cast<std::size_t>(Page::profile)].has(DataField::email));
  CHECK(legible_fields(params)[static_cast<std::size_t>(Page::profile)].has(DataField::email));
}

TEST_CASE("without a key only pages without member data are open", "[segments]") {
  const ReachTable table;
  for (std::uint32_t p = 0; p < kPages; ++p) {
    const auto page = static_cast<Page>(p);
    CHECK(table.reaches(KeyUse::token_signing, KeyId{}, page) == !is_member_data(page));
  }
}

TEST_CASE("a reach is what the scenario says, page by page", "[segments]") {
  SegmentParams params;
  reach_of(params, KeyUse::token_signing).segments = {Segment::orders};
  params.pages = {{Page::profile, Segment::orders, {DataField::email}}};
  const ReachTable narrow(params);
  CHECK(narrow.reaches(KeyUse::token_signing, kKey, Page::order_list));
  CHECK(narrow.reaches(KeyUse::token_signing, kKey, Page::profile));
  CHECK_FALSE(narrow.reaches(KeyUse::token_signing, kKey, Page::mypage));
  CHECK_FALSE(narrow.reaches(KeyUse::token_signing, kKey, Page::address));
  CHECK(narrow.reaches(KeyUse::support, kKey, Page::address));
  params.on = false;
  const ReachTable flat(params);
  for (const Page page : member_pages()) CHECK(flat.reaches(KeyUse::cloud_role, kKey, page));
}

TEST_CASE("with zero trust one signing key reads one segment of member data", "[segments]") {
  SegmentParams params;
  params.zero_trust = true;
  const ReachTable table(params);
  std::map<Segment, int> bound;
  constexpr std::uint32_t kKeys = 4000;
  for (std::uint32_t k = 1; k <= kKeys; ++k) {
    int reached = 0;
    for (const Segment segment : {Segment::member_information, Segment::addresses, Segment::orders, Segment::payment}) {
      const Page page = segment == Segment::member_information ? Page::profile
                        : segment == Segment::addresses        ? Page::address
                        : segment == Segment::orders           ? Page::order_list
                                                               : Page::checkout;
      if (!table.reaches(KeyUse::token_signing, KeyId{k}, page)) continue;
      ++reached;
      ++bound[segment];
    }
    REQUIRE(reached == 1);
    REQUIRE(table.reaches(KeyUse::token_signing, KeyId{k}, Page::pdp));
  }
  // Each of four with probability 1/4: five standard deviations.
  CHECK(bound.size() == 4);
  for (const auto& [segment, keys] : bound) CHECK(std::abs(keys - kKeys / 4.0) < 5 * std::sqrt(kKeys * 3.0 / 16));
  for (const Page page : {Page::address, Page::profile, Page::order_list})
    CHECK(table.reaches(KeyUse::support, kKey, page));
}

TEST_CASE("what is removed or encrypted can be read from no page, and the rest can", "[segments]") {
  SegmentParams params;
  for (std::uint32_t p = 0; p < kPages; ++p) CHECK(legible_fields(params)[p].bits == kReturnedFields[p].bits);
  params.removed = {DataField::door_code};
  params.encrypted = {DataField::phone};
  const PageFields legible = legible_fields(params);
  const FieldSet edit = legible[static_cast<std::size_t>(Page::address_edit)];
  CHECK(edit.has(DataField::name));
  CHECK(edit.has(DataField::address));
  for (const FieldSet& fields : legible) {
    CHECK_FALSE(fields.has(DataField::door_code));
    CHECK_FALSE(fields.has(DataField::phone));
  }
  params.pages = {{Page::order_list, Segment::orders, {DataField::order_lines, DataField::partial_card}}};
  CHECK(legible_fields(params)[static_cast<std::size_t>(Page::order_list)].has(DataField::partial_card));
}
