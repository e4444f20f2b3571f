// A run that has seen its peak allocates nothing: every operator new of this test binary is counted.

#include <atomic>
#include <barrier>
#include <catch2/catch.hpp>
#include <cstddef>
#include <cstdlib>
#include <new>

#include "tests/differential/sim/kernel/ranks.hpp"
#include "tests/unit/sim/kernel/script.hpp"

namespace {
std::atomic<std::uint64_t> allocations{0};

void* counted(std::size_t size, std::size_t alignment) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  const std::size_t rounded = (size + alignment - 1) / alignment * alignment;
  if (void* const memory = std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded)) return memory;
  throw std::bad_alloc();
}
}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) { return counted(size, alignof(std::max_align_t)); }
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return counted(size, alignof(std::max_align_t));
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
// Not inlined: the compiler would take free for a mismatch of operator new.
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace dwell::kernel::test {
namespace {

constexpr Duration kLookahead{3000};

/// Sixty tokens for ever in circulation, a fifth each by another way: within the window, some windows ahead, beyond the
/// horizon, to the neighbour, and to the neighbour with a body.
Script circulation(std::uint32_t neighbour) {
  Script script;
  script.start = [](Context& c) {
    for (std::uint32_t token = 0; token < 60; ++token) c.schedule(Time{token * 50}, 0, token);
  };
  script.event = [neighbour](Context& c, const Event& e) {
    if (e.priority() == 1) return c.schedule(c.now(), 0, unpack<std::uint32_t>(c.take(e.data)));
    switch (e.data % 5) {
      case 0:
        return c.schedule(c.now() + Duration{1000}, 0, e.data);
      case 1:
        return c.schedule(c.now() + Duration{9000}, 0, e.data);
      case 2:
        return c.schedule(c.now() + Duration{60000}, 0, e.data);
      case 3:
        return c.send({neighbour}, c.now() + kLookahead, 0, e.data);
      default:
        return c.send({neighbour}, c.now() + kLookahead, 1, pack(e.data));
    }
  };
  return script;
}

TEST_CASE("steady state allocates nothing") {
  const std::size_t threads = GENERATE(1, 3);
  Bench bench = windowed({kLookahead, kNever, 8}, make_barrier_executor(threads));
  constexpr std::uint32_t kProcesses = 7;
  for (std::uint32_t i = 0; i < kProcesses; ++i) add(*bench.engine, circulation((i + 1) % kProcesses));
  for (int i = 0; i < 100; ++i) bench.engine->step();
  const std::uint64_t events = bench.engine->events();
  const std::uint64_t before = allocations.load();
  for (int i = 0; i < 100; ++i) bench.engine->step();
  CHECK(allocations.load() == before);
  // Per 100 windows: 12 tokens at three a window, at one in three, at one in twenty, at one, and twice at one (each
  // body is handled once as a message and once as a token).
  CHECK(bench.engine->events() - events == kProcesses * 12 * (300 + 100 / 3 + 5 + 100 + 200));
}

TEST_CASE("steady state of ranks allocates nothing") {
  constexpr unsigned kRanks = 3;
  constexpr std::uint32_t kProcesses = 7;
  const std::size_t threads = GENERATE(1, 2);
  std::barrier meeting(kRanks);
  const auto counts = on_ranks<std::uint64_t>(kRanks, [&](Transport& transport) {
    const auto executor = make_barrier_executor(threads);
    const auto engine = make_distributed_engine({kLookahead, kNever, 8}, *executor, transport);
    for (std::uint32_t id = 0; id < kProcesses; ++id) {
      const auto next = (id + 1) % kProcesses;
      engine->add(engine->local({id}) ? std::make_unique<ScriptProcess>(circulation(next)) : nullptr);
    }
    for (int i = 0; i < 100; ++i) engine->step();
    meeting.arrive_and_wait();
    const std::uint64_t before = allocations.load();
    meeting.arrive_and_wait();
    for (int i = 0; i < 100; ++i) engine->step();
    meeting.arrive_and_wait();
    const std::uint64_t after = allocations.load();
    meeting.arrive_and_wait();
    return after - before;
  });
  for (const std::uint64_t count : counts) CHECK(count == 0);
}

TEST_CASE("the counter counts") {
  const std::uint64_t before = allocations.load();
  const auto memory = std::make_unique<std::vector<int>>(100);
  CHECK(memory->size() == 100);
  CHECK(allocations.load() >= before + 2);
}

}  // namespace
}  // namespace dwell::kernel::test
