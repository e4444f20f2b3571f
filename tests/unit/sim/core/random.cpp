#include "sim/core/random.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <set>
#include <vector>

#include "sim/core/check.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/reciprocal.hpp"

namespace {

using dwell::Purpose;
using dwell::Seed;

struct KnownAnswer {
  std::array<std::uint32_t, 4> counter;
  std::array<std::uint32_t, 2> key;
  std::array<std::uint32_t, 4> answer;
};

}  // namespace

TEST_CASE("Philox4x32-10 gives the published known answers of Random123") {
  const std::vector<KnownAnswer> known = {
      {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
      {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
       {0xffffffff, 0xffffffff},
       {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
      {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
       {0xa4093822, 0x299f31d0},
       {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
  };
  for (const KnownAnswer& k : known) {
    const Seed seed{k.key[0] | static_cast<std::uint64_t>(k.key[1]) << 32};
    const auto block = dwell::random_block(seed, k.counter[0], Purpose{k.counter[1]}, k.counter[2], k.counter[3]);
    for (std::size_t i = 0; i < 4; ++i) CHECK(block.word[i] == k.answer[i]);
    CHECK(block.low() == (k.answer[0] | static_cast<std::uint64_t>(k.answer[1]) << 32));
    CHECK(block.high() == (k.answer[2] | static_cast<std::uint64_t>(k.answer[3]) << 32));
  }
}

TEST_CASE("a purpose is the FNV-1a hash of its name") {
  CHECK(dwell::purpose("").value == 0x811c9dc5U);
  CHECK(dwell::purpose("a").value == 0xe40c292cU);
  CHECK(dwell::purpose("foobar").value == 0xbf9cf968U);
}

TEST_CASE("a stream reads its blocks in order, word by word") {
  constexpr Purpose kWhat = dwell::purpose("test.stream");
  dwell::RandomStream stream(Seed{5}, 7, kWhat, 9);
  for (std::uint32_t block = 0; block < 3; ++block) {
    const auto expected = dwell::random_block(Seed{5}, 7, kWhat, 9, block);
    for (const std::uint32_t word : expected.word) CHECK(stream.next32() == word);
  }
  dwell::RandomStream again(Seed{5}, 7, kWhat, 9);
  const auto first = dwell::random_block(Seed{5}, 7, kWhat, 9, 0);
  CHECK(again.next64() == first.low());
  CHECK(again.next64() == first.high());
}

TEST_CASE("every coordinate of a stream matters") {
  std::set<std::uint64_t> seen;
  const auto first = [](std::uint64_t seed, std::uint32_t entity, std::uint32_t what, std::uint32_t index) {
    return dwell::RandomStream(Seed{seed}, entity, Purpose{what}, index).next64();
  };
  seen.insert({first(1, 1, 1, 1), first(2, 1, 1, 1), first(1ULL << 32 | 1, 1, 1, 1), first(1, 2, 1, 1),
               first(1, 1, 2, 1), first(1, 1, 1, 2)});
  CHECK(seen.size() == 6);
}

TEST_CASE("conversions to numbers stay inside their bounds") {
  CHECK(dwell::to_uniform(0) == 0.0);
  CHECK(dwell::to_uniform(UINT64_MAX) < 1.0);
  CHECK(dwell::to_open_uniform(0) > 0.0);
  CHECK(dwell::to_open_uniform(UINT64_MAX) < 1.0);
  for (const std::uint32_t n : {1U, 2U, 3U, 1000U, 0xffffffffU}) {
    CHECK(dwell::to_below(0, n) == 0);
    CHECK(dwell::to_below(0xffffffffU, n) == n - 1);
  }
}

TEST_CASE("a keyed permutation refuses what it cannot hold") {
  constexpr Purpose kWhat = dwell::purpose("test.permutation");
  CHECK_THROWS_AS(dwell::KeyedPermutation(Seed{1}, kWhat, (1ULL << 32) + 1), dwell::InvariantError);
  CHECK_THROWS_AS(dwell::KeyedPermutation(Seed{1}, kWhat, 10)(10), dwell::InvariantError);
  CHECK_THROWS_AS(dwell::KeyedPermutation(Seed{1}, kWhat, 0)(0), dwell::InvariantError);
  CHECK(dwell::KeyedPermutation(Seed{1}, kWhat, 1)(0) == 0);
  const dwell::KeyedPermutation whole(Seed{1}, kWhat, 1ULL << 32);
  CHECK(whole(0xffffffffULL) < (1ULL << 32));
  CHECK(whole(0) != whole(0xffffffffULL));
}

TEST_CASE("a quick block is the published one, and every part of its counter counts") {
  // The first line of Random123's known answers for philox2x64-10.
  const dwell::RandomBlock zero = dwell::random_quick(Seed{0}, 0, Purpose{0}, 0, 0);
  CHECK(zero.low() == 0xca00a0459843d731ULL);
  CHECK(zero.high() == 0x66c24222c9a845b5ULL);
  std::set<std::uint64_t> firsts = {zero.low()};
  firsts.insert(dwell::random_quick(Seed{1}, 0, Purpose{0}, 0, 0).low());
  firsts.insert(dwell::random_quick(Seed{0}, 1, Purpose{0}, 0, 0).low());
  firsts.insert(dwell::random_quick(Seed{0}, 0, Purpose{1}, 0, 0).low());
  firsts.insert(dwell::random_quick(Seed{0}, 0, Purpose{0}, 1, 0).low());
  firsts.insert(dwell::random_quick(Seed{0}, 0, Purpose{0}, 0, 1).low());
  CHECK(firsts.size() == 6);
}

TEST_CASE("blocks by round keys are those by the seed") {
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const Seed seed{dwell::mix64(i)};
    const dwell::RoundKeys keys(seed);
    const auto entity = static_cast<std::uint32_t>(dwell::mix64(i, 1));
    const Purpose what{static_cast<std::uint32_t>(dwell::mix64(i, 2))};
    const std::uint64_t index = dwell::mix64(i, 3);
    const auto block = static_cast<std::uint32_t>(dwell::mix64(i, 4));
    const dwell::WideBlock wide = dwell::random_wide(seed, entity, what, index, block);
    CHECK(std::ranges::equal(wide.word, dwell::random_wide(keys, entity, what, index, block).word));
    const auto narrow = static_cast<std::uint32_t>(index);
    const dwell::RandomBlock quick = dwell::random_quick(seed, entity, what, narrow, block);
    const dwell::RandomBlock by_keys = dwell::random_quick(keys, entity, what, narrow, block);
    CHECK(quick.low() == by_keys.low());
    CHECK(quick.high() == by_keys.high());
  }
}

TEST_CASE("a wide block is the published one, and every part of its counter counts") {
  // The first line of Random123's known answers for philox4x64-10.
  const dwell::WideBlock zero = dwell::random_wide(Seed{0}, 0, Purpose{0}, 0, 0);
  CHECK(zero.word[0] == 0x16554d9eca36314cULL);
  CHECK(zero.word[1] == 0xdb20fe9d672d0fdcULL);
  CHECK(zero.word[2] == 0xd7e772cee186176bULL);
  CHECK(zero.word[3] == 0x7e68b68aec7ba23bULL);
  std::set<std::uint64_t> firsts = {zero.word[0]};
  firsts.insert(dwell::random_wide(Seed{1}, 0, Purpose{0}, 0, 0).word[0]);
  firsts.insert(dwell::random_wide(Seed{0}, 1, Purpose{0}, 0, 0).word[0]);
  firsts.insert(dwell::random_wide(Seed{0}, 0, Purpose{1}, 0, 0).word[0]);
  firsts.insert(dwell::random_wide(Seed{0}, 0, Purpose{0}, 1, 0).word[0]);
  firsts.insert(dwell::random_wide(Seed{0}, 0, Purpose{0}, 1ULL << 32, 0).word[0]);
  firsts.insert(dwell::random_wide(Seed{0}, 0, Purpose{0}, 0, 1).word[0]);
  CHECK(firsts.size() == 7);
}

TEST_CASE("a reciprocal divides exactly") {
  const std::vector<std::uint64_t> divisors = {
      1, 2, 3, 7, 60'000'000, 86'400'000'000, 1ULL << 32, (1ULL << 32) + 1, 1ULL << 63, ~0ULL - 1, ~0ULL};
  for (const std::uint64_t divisor : divisors) {
    const dwell::Reciprocal by(divisor);
    std::vector<std::uint64_t> numbers = {0, 1, divisor - 1, divisor, divisor + 1, ~0ULL, ~0ULL - 1, 1ULL << 63};
    for (std::uint32_t i = 0; i < 300; ++i) {
      const std::uint64_t bits = dwell::random_block(Seed{i}, 0, Purpose{1}, 0, 0).low();
      numbers.push_back(bits >> i % 64);
      numbers.push_back((bits >> i % 64) / divisor * divisor);
      numbers.push_back((bits >> i % 64) / divisor * divisor - 1);
    }
    for (const std::uint64_t n : numbers) REQUIRE(by.quotient(n) == n / divisor);
  }
}
