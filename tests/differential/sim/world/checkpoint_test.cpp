// A world that is saved and restored into a new one, on whatever engine, goes on as if nothing had happened.

#include <catch2/catch.hpp>

#include "tests/differential/sim/world/worlds.hpp"

namespace dwell::world::test {
namespace {

RunOptions busy() {
  return {.scale = {1, 8000}, .seed = {71}, .days = 2, .campaign = true, .placebo = true, .jitter = true};
}

/// Steps `windows` windows, then saves.
std::vector<std::byte> saved_after(Simulation& world, std::int64_t windows, Trace& trace) {
  for (std::int64_t w = 0; w < windows && world.step(); ++w) trace.windows.push_back(digest_of_window(world));
  ByteWriter writer;
  world.save(writer);
  return {writer.bytes().begin(), writer.bytes().end()};
}

TEST_CASE("a world restored at any window, in any engine, goes on to the same rows") {
  const auto straight = make_world(busy());
  const Trace whole = trace_of(*straight);
  const std::uint64_t exposed = straight->campaign().exposed();
  REQUIRE(whole.foreign_rows > 10'000);
  const auto total = static_cast<std::int64_t>(whole.windows.size());
  const auto three = kernel::make_thread_executor(3);
  struct Go {
    std::int64_t windows;
    EngineKind first, then;
    kernel::Executor* executor;
  };
  constexpr auto kSerial = EngineKind::serial;
  constexpr auto kWindowed = EngineKind::windowed;
  for (const Go& go :
       {Go{1, kWindowed, kWindowed, nullptr}, Go{61, kWindowed, kSerial, nullptr},
        Go{total / 3, kSerial, kWindowed, three.get()}, Go{total / 2 + 7, kWindowed, kWindowed, three.get()},
        Go{total - 1, kWindowed, kWindowed, nullptr}}) {
    INFO("after " << go.windows << " of " << total << " windows");
    Trace trace;
    RunOptions options = busy();
    options.engine = go.first;
    const auto before = make_world(options);
    const std::vector<std::byte> bytes = saved_after(*before, go.windows, trace);
    options.engine = go.then;
    options.executor = go.executor;
    const auto after = make_world(options);
    ByteReader reader(bytes);
    REQUIRE(after->restore(reader).ok());
    REQUIRE(reader.finish("world").ok());
    const Trace rest = trace_of(*after);
    trace.windows.insert(trace.windows.end(), rest.windows.begin(), rest.windows.end());
    CHECK(trace.windows == whole.windows);
    CHECK(rest.rows == whole.rows);
    CHECK(rest.foreign_rows == whole.foreign_rows);
    CHECK(rest.background_digest == whole.background_digest);
    CHECK(rest.foreign_digest == whole.foreign_digest);
    CHECK(after->campaign().exposed() == exposed);
  }
}

TEST_CASE("the same world saves the same bytes, whatever ran it") {
  Trace ignored;
  const auto two = kernel::make_thread_executor(2);
  RunOptions options = busy();
  const std::vector<std::byte> one = saved_after(*make_world(options), 1500, ignored);
  options.executor = two.get();
  CHECK(saved_after(*make_world(options), 1500, ignored) == one);
}

TEST_CASE("a world cut short in any place is refused") {
  Trace ignored;
  const std::vector<std::byte> whole = saved_after(*make_world(busy()), 300, ignored);
  for (std::size_t size = 0; size < whole.size(); size += 1 + whole.size() / 40) {
    const auto world = make_world(busy());
    const std::span<const std::byte> all(whole);
    ByteReader reader(all.first(size));
    const Status restored = world->restore(reader);
    CHECK_FALSE((restored.ok() && reader.finish("world").ok()));
  }
}

}  // namespace
}  // namespace dwell::world::test
