#include "detectors/sketches/distinct_members.hpp"

#include <catch2/catch.hpp>
#include <cstddef>
#include <vector>

namespace dwell::detect {
namespace {

constexpr std::size_t kSources = 0, kNetworks = 1, kKeys = 2;

/// Members from..to touched under one key, each from a source of its own and one of nine networks.
void visit(DistinctMembers& distinct, std::uint32_t key, std::uint32_t from, std::uint32_t to) {
  std::vector<SparseTable::Entry> visits;
  for (std::uint32_t member = from; member < to; ++member)
    visits.push_back(pack_visit(member, 0xff000000 + member, member % 9, key));
  distinct.add(visits);
}

/// Of one entity in the span that ended last; 0 when nothing is told of it.
double members(const DistinctMembers& distinct, std::size_t kind, std::uint32_t entity) {
  double found = 0;
  distinct.for_each(kind, 1, [&](std::uint32_t id, std::uint64_t count) {
    if (id == entity) found = static_cast<double>(count);
  });
  return found;
}

std::size_t entities(const DistinctMembers& distinct, std::size_t kind, std::uint64_t least_members) {
  std::size_t found = 0;
  distinct.for_each(kind, least_members, [&](std::uint32_t, std::uint64_t) { ++found; });
  return found;
}

}  // namespace

TEST_CASE("every span is counted alone, repetitions once", "[detectors][spreader]") {
  DistinctMembers distinct({});
  visit(distinct, 7, 0, 900);
  visit(distinct, 7, 450, 1350);
  visit(distinct, 8, 5, 7);
  distinct.end_span();
  CHECK(members(distinct, kKeys, 7) == Approx(1350).epsilon(.03));
  CHECK(members(distinct, kKeys, 8) == 2);
  CHECK(members(distinct, kNetworks, 3) == Approx(150).epsilon(.1));
  CHECK(members(distinct, kSources, 0xff000000 + 6) == 1);
  CHECK(entities(distinct, kSources, 1) == 1350);
  CHECK(entities(distinct, kSources, 2) == 0);
  CHECK(entities(distinct, kKeys, 2) == 2);
  CHECK(entities(distinct, kKeys, 3) == 1);

  visit(distinct, 9, 0, 10);
  distinct.end_span();
  CHECK(members(distinct, kKeys, 7) == 0);
  CHECK(members(distinct, kKeys, 9) == Approx(10).margin(2));
  distinct.end_span();
  CHECK(entities(distinct, kKeys, 0) == 0);
}

TEST_CASE("above a limit registers count", "[detectors][spreader]") {
  DistinctMembers bits({}), registers({.registers_from = 1000});
  for (DistinctMembers* distinct : {&bits, &registers}) {
    visit(*distinct, 1, 0, 20'000);
    visit(*distinct, 2, 19'000, 19'990);
    visit(*distinct, 1, 10'000, 14'000);
    distinct->end_span();
  }
  CHECK(members(bits, kKeys, 1) == Approx(20'000).epsilon(.01));
  CHECK(members(registers, kKeys, 1) == Approx(20'000).epsilon(5 * .0081));
  CHECK(members(registers, kKeys, 1) != members(bits, kKeys, 1));
  CHECK(members(registers, kKeys, 2) == members(bits, kKeys, 2));
  CHECK(bits.bytes() < registers.bytes());  // 16 KB for each network and key here
}

TEST_CASE("too many visits are counted by lot", "[detectors][spreader]") {
  constexpr std::size_t kMost = 4096;
  DistinctMembers distinct({.most_visits = kMost});
  for (std::uint32_t from = 0; from < 100'000; from += 1000) visit(distinct, 1, from, from + 1000);
  visit(distinct, 2, 0, 20'000);
  CHECK(distinct.bytes() < 32 * kMost * sizeof(SparseTable::Entry));
  distinct.end_span();
  const std::uint64_t each = distinct.members_per_count();
  CHECK(each >= 32);
  CHECK(each <= 128);
  CHECK(members(distinct, kKeys, 1) == Approx(100'000).epsilon(.15));
  CHECK(members(distinct, kKeys, 2) == Approx(20'000).epsilon(.3));

  visit(distinct, 1, 0, 100);
  distinct.end_span();
  CHECK(distinct.members_per_count() == 1);
  CHECK(members(distinct, kKeys, 1) == Approx(100).epsilon(.1));
}

TEST_CASE("visits that repeat others leave all members heeded", "[detectors][spreader]") {
  DistinctMembers distinct({.most_visits = 1000});
  for (int i = 0; i < 100; ++i) visit(distinct, 1, 0, 400);
  distinct.end_span();
  CHECK(distinct.members_per_count() == 1);
  CHECK(members(distinct, kKeys, 1) == Approx(400).epsilon(.06));
}

TEST_CASE("registers count members that are heeded by lot as they do all", "[detectors][spreader]") {
  DistinctMembers distinct({.most_visits = 100'000, .registers_from = 1000});
  for (std::uint32_t from = 0; from < 400'000; from += 10'000) visit(distinct, 1, from, from + 10'000);
  distinct.end_span();
  CHECK(distinct.members_per_count() >= 4);
  CHECK(members(distinct, kKeys, 1) == Approx(400'000).epsilon(.05));
}

TEST_CASE("a crowd at one member takes no room from others", "[detectors][spreader]") {
  DistinctMembers distinct({.most_visits = 10'000});
  std::vector<SparseTable::Entry> visits;
  for (std::uint32_t i = 0; i < 50'000; ++i) visits.push_back(pack_visit(7, i, i % 900, 2));
  for (std::uint32_t i = 0; i < 3'000; ++i) visits.push_back(pack_visit(100 + i, 60'000, 1000, 3));
  distinct.add(visits);
  distinct.end_span();
  CHECK(distinct.members_per_count() == 1);
  CHECK(members(distinct, kSources, 60'000) == Approx(3'000).epsilon(.03));
  CHECK(members(distinct, kKeys, 2) == 1);
  CHECK(entities(distinct, kSources, 1) >= 60);
}

TEST_CASE("of few visits to as many members all are told", "[detectors][spreader]") {
  DistinctMembers distinct({});
  for (std::uint32_t key = 0; key < 1000; ++key) visit(distinct, key, key * 16, key * 16 + 8);
  distinct.end_span();
  CHECK(entities(distinct, kKeys, 9) == 0);  // no more members than visits
  CHECK(entities(distinct, kKeys, 8) > 600);
  CHECK(entities(distinct, kKeys, 6) > 980);
}

TEST_CASE("a member whom everybody visits is a member of everybody", "[detectors][spreader]") {
  DistinctMembers distinct({});
  std::vector<SparseTable::Entry> visits;
  for (std::uint32_t i = 0; i < 200'000; ++i) visits.push_back(pack_visit(7, i, i % 50'000, 2));
  distinct.add(visits);
  distinct.end_span();
  CHECK(entities(distinct, kSources, 0) == 200'000);
  CHECK(entities(distinct, kSources, 2) == 0);
  CHECK(entities(distinct, kNetworks, 0) == 50'000);
  CHECK(members(distinct, kKeys, 2) == 1);
}

TEST_CASE("states that cannot have been saved are refused", "[detectors][spreader]") {
  DistinctMembers distinct({.most_visits = 100});
  visit(distinct, 1, 0, 90);
  ByteWriter writer;
  distinct.save(writer);
  const std::vector<std::byte> saved(writer.bytes().begin(), writer.bytes().end());
  const auto refuses = [](std::vector<std::byte> state, std::size_t most_visits) {
    DistinctMembers other({.most_visits = most_visits});
    ByteReader reader(state);
    other.restore(reader);
    return reader.failed();
  };
  CHECK_FALSE(refuses(saved, 100));
  CHECK(refuses(saved, 89));
  std::vector<std::byte> damaged = saved;
  damaged[0] = std::byte{64};  // members heeded, as a power of a half
  CHECK(refuses(damaged, 100));
  damaged[0] = std::byte{7};  // at which these members are not
  CHECK(refuses(damaged, 100));
  damaged = saved;
  damaged.pop_back();
  CHECK(refuses(damaged, 100));
}

}  // namespace dwell::detect
