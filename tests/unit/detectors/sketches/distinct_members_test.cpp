#include <catch2/catch.hpp>
#include <vector>

#include "detectors/sketches/distinct_members.hpp"
#include "sim/core/digest.hpp"

namespace dwell::detect {
namespace {

/// Members from..to touched under one key, each from a source and a network of its own.
void visit(DistinctMembers& distinct, std::uint32_t entity, std::uint32_t from, std::uint32_t to) {
  std::vector<SparseTable::Entry> visits;
  for (std::uint32_t member = from; member < to; ++member) {
    visits.push_back(Visit{{member, member, entity}, SparseHash::of(mix64(member))}.pack());
  }
  distinct.add(visits);
}

double members(DistinctMembers& distinct, std::uint32_t entity) {
  constexpr std::size_t kKeys = 2;
  double found = 0;
  distinct.end_pane();
  distinct.for_each(kKeys, 0, [&](std::uint32_t id, std::uint64_t count) {
    if (id == entity) found = static_cast<double>(count);
    return true;
  });
  return found;
}

}  // namespace

TEST_CASE("distinct members slide with the panes", "[detectors][spreader]") {
  DistinctMembers distinct({.panes = 3});
  visit(distinct, 7, 0, 100);
  visit(distinct, 7, 50, 150);
  CHECK(members(distinct, 7) == Approx(150).epsilon(.01));
  distinct.next_pane();
  visit(distinct, 7, 140, 200);
  CHECK(members(distinct, 7) == Approx(200).epsilon(.01));
  distinct.next_pane();
  distinct.next_pane();  // 0 to 139 leave; 140 to 199 were seen a pane later
  CHECK(members(distinct, 7) == Approx(60).epsilon(.01));
  distinct.next_pane();
  CHECK(members(distinct, 7) == 0);
}

TEST_CASE("heavy entities become dense, keep what was seen, and leave when idle", "[detectors][spreader]") {
  DistinctMembers distinct({.panes = 2, .dense_from = 1000, .most_dense = 1, .most_hashes = 1U << 20});
  visit(distinct, 1, 0, 3000);
  visit(distinct, 2, 0, 2000);
  distinct.next_pane();
  CHECK(members(distinct, 1) == Approx(3000).epsilon(.04));  // dense: the heavier
  CHECK(members(distinct, 2) == Approx(2000).epsilon(.002));
  visit(distinct, 1, 2000, 6000);
  CHECK(members(distinct, 1) == Approx(6000).epsilon(.04));
  distinct.next_pane();
  CHECK(members(distinct, 1) == Approx(4000).epsilon(.04));
  const std::uint64_t held = distinct.bytes();
  distinct.next_pane();
  CHECK(members(distinct, 1) == 0);
  CHECK(distinct.bytes() + (1U << 14) <= held);  // of two panes, less what lists grew
  visit(distinct, 1, 0, 10);
  CHECK(members(distinct, 1) == Approx(10).epsilon(.01));
}

TEST_CASE("a full table forgets its oldest panes first", "[detectors][spreader]") {
  DistinctMembers distinct({.panes = 6, .dense_from = 1U << 30, .most_dense = 0, .most_hashes = 3000});
  for (std::uint32_t pane = 0; pane < 5; ++pane) {
    visit(distinct, 3, pane * 400, pane * 400 + 400);
    distinct.next_pane();
  }
  CHECK(members(distinct, 3) == Approx(800).epsilon(.01));  // the newest two panes fit
}

TEST_CASE("who is of no interest is passed over until it has members enough", "[detectors][spreader]") {
  constexpr std::size_t kKeys = 2;
  constexpr std::uint64_t kEnough = 8;
  DistinctMembers distinct({.panes = 3});
  const auto asked = [&](bool answer) {
    std::vector<std::uint64_t> found;
    distinct.end_pane();
    distinct.for_each(kKeys, kEnough, [&](std::uint32_t, std::uint64_t count) {
      found.push_back(count);
      return answer;
    });
    return found;
  };
  visit(distinct, 5, 0, 3);
  CHECK(asked(true) == std::vector<std::uint64_t>{3});
  CHECK(asked(false) == std::vector<std::uint64_t>{3});
  visit(distinct, 5, 3, 6);
  CHECK(asked(true).empty());
  visit(distinct, 5, 6, 9);
  CHECK(asked(true) == std::vector<std::uint64_t>{9});
  for (int pane = 0; pane < 3; ++pane) distinct.next_pane();
  CHECK(asked(true).empty());
  visit(distinct, 5, 0, 2);
  CHECK(asked(false) == std::vector<std::uint64_t>{2});
}

}  // namespace dwell::detect
