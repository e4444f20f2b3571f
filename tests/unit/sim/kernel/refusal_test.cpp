// What the kernel refuses, always with the process named.

#include <catch2/catch.hpp>

#include "sim/kernel/context_engine.hpp"
#include "tests/unit/sim/kernel/script.hpp"

namespace dwell::kernel::test {
namespace {

using Catch::Contains;

std::string refusal(bool plain, const std::function<void(Context&)>& act) {
  Bench bench = either(plain, {Duration{100}, Time{1000}, 4});
  add(*bench.engine, {.name = "other"});
  add(*bench.engine, {.name = "culprit",
                      .start = [](Context& c) { c.schedule(Time{150}, 0, 0); },
                      .event = [&](Context& c, const Event&) { act(c); }});
  try {
    run(*bench.engine);
  } catch (const InvariantError& error) {
    return error.what();
  }
  return "not refused";
}

TEST_CASE("the past, too little lookahead, and unknown targets are refused by name") {
  const bool plain = GENERATE(false, true);
  const auto named = Contains("process 1 'culprit'");
  CHECK_THAT(refusal(plain, [](Context& c) { c.schedule(Time{149}, 0, 0); }),
             named && Contains("149") && Contains("150"));
  CHECK(refusal(plain, [](Context& c) {
          c.schedule(Time{150}, 0, 0);
          if (c.now() > Time{0}) throw InvariantError("tie");
        }).substr(0, 3) == "tie");
  CHECK_THAT(refusal(plain, [](Context& c) { c.send({0}, Time{249}, 0, 0); }), named && Contains("lookahead is 100"));
  CHECK_THAT(refusal(plain, [](Context& c) { c.send({1}, Time{249}, 0, Body{}); }),
             named && Contains("lookahead is 100"));
  CHECK_THAT(refusal(plain, [](Context& c) { c.send({0}, Time{20}, 0, 0); }), named && Contains("before its clock"));
  CHECK_THAT(refusal(plain, [](Context& c) { c.send({2}, Time{250}, 0, 0); }), named && Contains("there are 2"));
  CHECK(refusal(plain, [](Context& c) { c.send({0}, Time{250}, 0, 0); }) == "not refused");
}

TEST_CASE("an overflow of time is refused by name") {
  const bool plain = GENERATE(false, true);
  const auto wrapped = [](Context& c) {
    c.schedule(Time{static_cast<std::int64_t>(static_cast<std::uint64_t>(c.now().us) + INT64_MAX)}, 0, 0);
  };
  CHECK_THAT(refusal(plain, wrapped), Contains("process 1 'culprit'") && Contains("overflow"));

  Bench endless = either(plain, {Duration{std::int64_t{1} << 61}, kNever, 1});
  REQUIRE(endless.engine->step());
  REQUIRE(endless.engine->step());
  CHECK_THROWS_WITH(run(*endless.engine), Contains("overflows the 64-bit clock"));
}

TEST_CASE("an overflow of the sequence is refused by name") {
  const bool plain = GENERATE(false, true);
  const auto exhausted = [](Context& c) {
    Context::Engine::set_sequence(c, kMaxSequence);
    c.send({0}, Time{300}, 0, 0);
    CHECK_THROWS_WITH(c.send({0}, Time{300}, 0, 0), Contains("2^40"));
    c.schedule(Time{300}, 0, 0);
  };
  CHECK_THAT(refusal(plain, exhausted), Contains("process 1 'culprit'") && Contains("2^40"));
}

TEST_CASE("a priority that does not fit is refused by name") {
  const bool plain = GENERATE(false, true);
  CHECK(refusal(plain, [](Context& c) { c.schedule(c.now() + Duration{200}, kMaxPriority, 0); }) == "not refused");
  CHECK_THAT(refusal(plain, [](Context& c) { c.schedule(Time{300}, kMaxPriority + 1, 0); }),
             Contains("process 1 'culprit'") && Contains("priority 16; the last is 15"));
  CHECK_THAT(refusal(plain, [](Context& c) { c.send({0}, Time{300}, 1U << 31, 0); }),
             Contains("process 1 'culprit'") && Contains("priority 2147483648"));
}

TEST_CASE("one process too many is refused by name") {
  class Idle final : public Process {
   public:
    [[nodiscard]] std::string_view name() const override { return "the last straw"; }
    void handle(Context&, Events&) override {}
  };
  auto executor = make_inline_executor();
  auto engine = make_windowed_engine({}, *executor);
  for (std::uint32_t i = 0; i < kMaxProcesses; ++i) REQUIRE(engine->add(std::make_unique<Idle>()).value == i);
  CHECK_THROWS_WITH(engine->add(std::make_unique<Idle>()), Contains("the last straw") && Contains("2^20"));
}

TEST_CASE("a process added late, and one that leaves events untaken, are refused by name") {
  const bool plain = GENERATE(false, true);
  Bench bench = either(plain, {});
  REQUIRE(bench.engine->step());
  CHECK_THROWS_WITH(add(*bench.engine, {.name = "latecomer"}), Contains("latecomer"));

  class Sloth final : public Process {
   public:
    [[nodiscard]] std::string_view name() const override { return "sloth"; }
    void start(Context& c) override { c.schedule(Time{1}, 0, 0); }
    void handle(Context&, Events&) override {}
  };
  Bench idle = either(plain, {});
  idle.engine->add(std::make_unique<Sloth>());
  CHECK_THROWS_WITH(idle.engine->step(), Contains("process 0 'sloth'"));
}

TEST_CASE("engines and queues refuse impossible sizes") {
  CHECK_THROWS_AS(make_serial_engine({Duration{0}}), InvariantError);
  CHECK_NOTHROW(make_serial_engine({Duration{INT64_MAX / 2}}));
  CHECK_THROWS_AS(make_serial_engine({Duration{INT64_MAX / 2 + 1}}), InvariantError);
  QueueMemory memory;
  CHECK_THROWS_AS(EventQueue(Time{}, Duration{10}, 0, memory), InvariantError);
  CHECK_THROWS_AS(make_barrier_executor(0), InvariantError);
  CHECK_THROWS_AS(make_thread_executor(0), InvariantError);
}

}  // namespace
}  // namespace dwell::kernel::test
