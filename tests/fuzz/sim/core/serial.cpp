// Saved state: what goes in comes out; damaged bytes give a clean failure and never a crash.
#include "sim/core/serial.hpp"

#include <catch2/catch.hpp>

#include "sim/core/ids.hpp"
#include "sim/core/random.hpp"
#include "sim/core/time.hpp"

using dwell::ByteReader;
using dwell::ByteWriter;

namespace {

struct Padded {
  std::uint8_t a;
  std::uint32_t b;
};
static_assert(!dwell::Storable<Padded>, "padding would save random bytes");
static_assert(!dwell::Storable<int*>, "an address means nothing in another run");
static_assert(!dwell::Storable<std::string>);
static_assert(dwell::Storable<dwell::Time> && dwell::Storable<dwell::MemberId> && dwell::Storable<float>);

struct State {
  std::uint8_t small = 0;
  bool flag = false;
  double real = 0;
  float half = 0;
  dwell::Time time;
  std::string text;
  std::vector<std::uint32_t> numbers;
  std::vector<double> reals;
  friend bool operator==(const State&, const State&) = default;
};

ByteWriter write(const State& s) {
  ByteWriter out;
  out.put(s.small), out.put(s.flag), out.put(s.real), out.put(s.half), out.put(s.time);
  out.put_string(s.text), out.put_vector(s.numbers), out.put_vector(s.reals);
  return out;
}

State read(ByteReader& in) {
  State s;
  s.small = in.get<std::uint8_t>();
  s.flag = in.get<bool>();
  s.real = in.get<double>();
  s.half = in.get<float>();
  s.time = in.get<dwell::Time>();
  s.text = in.get_string();
  s.numbers = in.get_vector<std::uint32_t>();
  s.reals = in.get_vector<double>();
  return s;
}

State random_state(std::uint32_t n) {
  dwell::RandomStream random(dwell::Seed{3}, n, dwell::purpose("test.serial"));
  State s;
  s.small = static_cast<std::uint8_t>(random.next32());
  s.flag = random.below(2) == 1;
  s.real = random.uniform();
  s.half = static_cast<float>(random.uniform());
  s.time.us = static_cast<std::int64_t>(random.next64());
  s.text.resize(random.below(12), static_cast<char>(random.next32()));
  s.numbers.resize(random.below(9), random.next32());
  s.reals.resize(random.below(5), random.uniform());
  return s;
}

}  // namespace

TEST_CASE("bytes are little-endian, fixed in width and without padding") {
  ByteWriter out;
  out.put(std::uint16_t{0x0102});
  out.put_string("ab");
  const std::vector<int> expected = {2, 1, 2, 0, 0, 0, 0, 0, 0, 0, 'a', 'b'};
  REQUIRE(out.bytes().size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(std::to_integer<int>(out.bytes()[i]) == expected[i]);
}

TEST_CASE("what was written is read back, and every shorter piece fails") {
  for (std::uint32_t n = 0; n < 200; ++n) {
    const State state = random_state(n);
    const ByteWriter out = write(state);
    ByteReader in(out.bytes());
    CHECK(read(in) == state);
    CHECK(in.finish("state").ok());
    for (std::size_t length = 0; length < out.bytes().size(); ++length) {
      ByteReader cut(out.bytes().first(length));
      read(cut);
      REQUIRE(cut.failed());
      REQUIRE_FALSE(cut.finish("state").ok());
    }
  }
}

TEST_CASE("bytes left over are an error that says how many") {
  ByteWriter out;
  out.put(std::uint32_t{1});
  ByteReader in(out.bytes());
  in.get<std::uint8_t>();
  const dwell::Status status = in.finish("state.bin");
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().message().find("state.bin: byte 1: 3 bytes too many") == 0);
}

TEST_CASE("a failure is final: later reads yield nothing even where bytes remain") {
  ByteWriter out;
  out.put(std::uint32_t{77});
  ByteReader in(out.bytes());
  CHECK(in.get<std::uint64_t>() == 0);
  CHECK(in.get<std::uint32_t>() == 0);
  CHECK(in.get_string().empty());
  CHECK(in.get_vector<double>().empty());
  CHECK(in.failed());
}

TEST_CASE("damaged bytes never ask for more memory than there is input") {
  for (std::uint32_t n = 0; n < 3000; ++n) {
    const ByteWriter out = write(random_state(n % 50));
    std::vector<std::byte> bytes(out.bytes().begin(), out.bytes().end());
    dwell::RandomStream random(dwell::Seed{4}, n, dwell::purpose("test.serial"));
    for (std::uint32_t flips = 1 + random.below(4); flips > 0; --flips) {
      bytes[random.below(static_cast<std::uint32_t>(bytes.size()))] = static_cast<std::byte>(random.next32());
    }
    ByteReader in(bytes);
    const State state = read(in);
    CHECK(state.text.size() + 4 * state.numbers.size() + 8 * state.reals.size() <= bytes.size());
  }
}
