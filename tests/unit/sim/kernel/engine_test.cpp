#include <algorithm>
#include <catch2/catch.hpp>
#include <stdexcept>
#include <tuple>

#include "tests/unit/sim/kernel/script.hpp"

namespace dwell::kernel::test {
namespace {

constexpr EngineOptions kTenWindows{Duration{100}, Time{1000}, 4};

using Seen = std::vector<std::tuple<std::int64_t, std::uint32_t, std::uint32_t>>;  // time, source, data

TEST_CASE("events at equal times keep the order priority, source, sequence") {
  const bool plain = GENERATE(false, true);
  Bench bench = either(plain, kTenWindows);
  Seen seen;
  add(*bench.engine, {.name = "receiver",
                      .start =
                          [](Context& c) {
                            c.schedule(Time{150}, 2, 20);
                            c.schedule(Time{150}, 2, 21);
                            c.schedule(Time{150}, 1, 10);
                            c.schedule(Time{149}, 15, 0);
                          },
                      .event =
                          [&](Context& c, const Event& e) {
                            REQUIRE(c.now() == e.time);
                            seen.emplace_back(e.time.us, e.source().value, e.data);
                            // At the same instant, more urgent than what waits and than what is being handled.
                            if (e.data == 20) c.schedule(c.now(), 0, 99);
                          }});
  for (std::uint32_t other = 2; other >= 1; --other) {
    add(*bench.engine, {.name = "sender", .start = [other](Context& c) {
                          c.send({0}, Time{150}, 2, 30 + other);
                          c.send({0}, Time{150}, 1, 40 + other);
                        }});
  }
  run(*bench.engine);
  const Seen expected{{149, 0, 0},  {150, 0, 10}, {150, 1, 42}, {150, 2, 41}, {150, 0, 20},
                      {150, 0, 99}, {150, 0, 21}, {150, 1, 32}, {150, 2, 31}};
  CHECK(seen == expected);
  CHECK(bench.engine->events() == expected.size());
}

TEST_CASE("the clock stands at the window's begin in open and at its end in close") {
  const bool plain = GENERATE(false, true);
  Bench bench = either(plain, kTenWindows);
  std::int64_t windows = 0;
  int late_handled = 0;
  add(*bench.engine, {.open =
                          [&](Context& c) {
                            CHECK(c.window().index == windows);
                            CHECK(c.now() == Time{windows * 100});
                            c.schedule(c.now(), 0, 1);
                          },
                      .event = [&](Context&, const Event& e) { late_handled += e.data == 2 ? 1 : 0; },
                      .close =
                          [&](Context& c) {
                            ++windows;
                            CHECK(c.now() == Time{windows * 100});
                            CHECK(c.window().end == c.now());
                            c.schedule(c.now(), 0, 2);
                          }});
  run(*bench.engine);
  CHECK(windows == 10);
  CHECK(late_handled == 9);  // the one scheduled by the last close falls on the end
  CHECK(bench.engine->events() == 19);
  CHECK(bench.engine->window().index == 9);
  CHECK_FALSE(bench.engine->step());
}

TEST_CASE("a process that need not see every window sleeps while it has no events") {
  const bool plain = GENERATE(false, true);
  Bench bench = either(plain, kTenWindows);
  std::vector<std::int64_t> opened;
  std::vector<std::int64_t> closed;
  add(*bench.engine, {.name = "sleeper",
                      .every_window = false,
                      .start = [](Context& c) { c.schedule(Time{250}, 0, 0); },
                      .open = [&](Context& c) { opened.push_back(c.window().index); },
                      .event =
                          [](Context& c, const Event& e) {
                            if (e.data == 0) c.schedule(Time{905}, 0, 1);
                          },
                      .close = [&](Context& c) { closed.push_back(c.window().index); }});
  add(*bench.engine, {.name = "waker", .open = [](Context& c) {
                        if (c.window().index == 4) c.send({0}, c.now() + Duration{120}, 0, 7);
                      }});
  run(*bench.engine);
  CHECK(opened == std::vector<std::int64_t>{2, 5, 9});
  CHECK(closed == opened);
}

TEST_CASE("bodies arrive whole, once, and their places are reused") {
  const bool plain = GENERATE(false, true);
  struct Greeting {
    std::uint64_t words[8];
  };
  Bench bench = either(plain, {Duration{10}, Time{10'000}, 4});
  std::uint64_t received = 0;
  std::uint32_t largest = 0;
  add(*bench.engine, {.event = [&](Context& c, const Event& e) {
    const auto greeting = unpack<Greeting>(c.take(e.data));
    for (const std::uint64_t word : greeting.words) REQUIRE(word == received);
    ++received;
    largest = std::max(largest, e.data);
    REQUIRE_THROWS_AS(c.take(e.data), InvariantError);
    REQUIRE_THROWS_AS(c.take(1'000'000), InvariantError);
  }});
  add(*bench.engine, {.open = [sent = std::uint64_t{0}](Context& c) mutable {
    for (int i = 0; i < 2; ++i, ++sent) {
      Greeting greeting;
      for (std::uint64_t& word : greeting.words) word = sent;
      c.send({0}, c.now() + Duration{15}, 0, pack(greeting));
    }
  }});
  run(*bench.engine);
  CHECK(received == 2 * 999);  // the last window's reach only past the end; those of window 998 fall at 9995
  CHECK(largest < 8);
}

TEST_CASE("events at or after the end are dropped when scheduled, and use no sequence") {
  const bool plain = GENERATE(false, true);
  Bench bench = either(plain, {Duration{100}, Time{450}, 4});
  std::vector<std::uint32_t> seen;
  add(*bench.engine, {.start =
                          [](Context& c) {
                            c.schedule(Time{450}, 0, 1);
                            c.schedule(kNever, 0, 2);
                            c.send({0}, Time{451}, 0, 3);
                            c.send({0}, Time{451}, 0, Body{});
                            c.schedule(Time{449}, 0, 4);
                          },
                      .event =
                          [&](Context&, const Event& e) {
                            seen.push_back(e.data);
                            CHECK(e.sequence() == 0);
                          }});
  run(*bench.engine);
  CHECK(seen == std::vector<std::uint32_t>{4});
  CHECK(bench.engine->window().end == Time{500});
}

TEST_CASE("an engine that threw does not go on, and one without processes still counts windows") {
  const bool plain = GENERATE(false, true);
  Bench bench = either(plain, kTenWindows);
  add(*bench.engine, {.open = [](Context& c) {
    if (c.window().index == 3) throw std::runtime_error("enough");
  }});
  for (int i = 0; i < 3; ++i) REQUIRE(bench.engine->step());
  CHECK_THROWS_WITH(bench.engine->step(), "enough");
  CHECK_THROWS_AS(bench.engine->step(), InvariantError);

  Bench empty = either(plain, kTenWindows);
  run(*empty.engine);
  CHECK(empty.engine->window().index == 9);
}

/// Runs the tasks one after the other, as if there were `threads` threads, and says which it is at.
class OneByOne final : public Executor {
 public:
  explicit OneByOne(std::size_t threads) : threads_(threads) {}
  [[nodiscard]] std::size_t threads() const override { return threads_; }
  void for_each(std::size_t count, const std::function<void(std::size_t)>& task) override {
    tasks = count;
    for (at = 0; at < count; ++at) task(at);
  }
  std::size_t at = 0, tasks = 0;

 private:
  std::size_t threads_;
};

TEST_CASE("processes side by side are dealt out evenly to the runs of tasks that threads begin with") {
  const std::size_t threads = GENERATE(2, 3, 4);
  constexpr std::uint32_t kHeavy = 68, kAll = 96;
  OneByOne executor(threads);
  const auto engine = make_windowed_engine(kTenWindows, executor);
  std::vector<std::size_t> task_of(kAll);
  for (std::uint32_t id = 0; id < kAll; ++id) {
    engine->add(std::make_unique<ScriptProcess>(Script{.open = [&, id](Context&) { task_of[id] = executor.at; }}));
  }
  engine->step();
  REQUIRE(executor.tasks % threads == 0);
  std::vector<std::size_t> heavy(threads), all(executor.tasks);
  for (std::uint32_t id = 0; id < kAll; ++id) {
    if (id < kHeavy) ++heavy[task_of[id] * threads / executor.tasks];
    ++all[task_of[id]];
  }
  const auto [fewest, most] = std::minmax_element(heavy.begin(), heavy.end());
  CHECK(*most - *fewest <= 1);
  for (const std::size_t count : all) CHECK(count == kAll / executor.tasks);
}

}  // namespace
}  // namespace dwell::kernel::test
