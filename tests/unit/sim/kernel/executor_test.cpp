#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <mutex>
#include <numeric>
#include <set>
#include <stdexcept>
#include <thread>

#include "sim/kernel/executor.hpp"

namespace dwell::kernel {
namespace {

std::unique_ptr<Executor> make(bool barrier, std::size_t threads) {
  return barrier ? make_barrier_executor(threads) : make_thread_executor(threads);
}

TEST_CASE("an executor runs every task once") {
  const bool barrier = GENERATE(false, true);
  const std::size_t threads = GENERATE(1, 2, 3, 8);
  const auto executor = make(barrier, threads);
  CHECK(executor->threads() == threads);
  for (const std::size_t count : {0, 1, 5, 1000}) {
    std::vector<std::atomic<int>> calls(count);
    executor->for_each(count, [&](std::size_t i) { ++calls[i]; });
    for (const auto& call : calls) CHECK(call == 1);
  }
}

/// How many threads `executor` puts to work. Each task waits until as many as were asked for have come, so fewer would
/// time out; many more tasks follow, in which an additional thread would show.
std::size_t threads_at_work(Executor& executor) {
  std::mutex mutex;
  std::set<std::thread::id> seen;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  executor.for_each(64 * executor.threads(), [&](std::size_t) {
    for (;;) {
      {
        const std::lock_guard lock(mutex);
        seen.insert(std::this_thread::get_id());
        if (seen.size() >= executor.threads()) return;
      }
      if (std::chrono::steady_clock::now() > deadline) return;
      std::this_thread::yield();
    }
  });
  return seen.size();
}

TEST_CASE("an executor uses exactly the threads asked for") {
  const bool barrier = GENERATE(false, true);
  const std::size_t threads = GENERATE(1, 2, 3, 8);
  CHECK(threads_at_work(*make(barrier, threads)) == threads);
}

TEST_CASE("executors alive at a time use each the threads asked for") {
  const bool barrier = GENERATE(false, true);
  const auto two = make(barrier, 2);
  const auto five = make(barrier, 5);
  CHECK(threads_at_work(*five) == 5);
  CHECK(threads_at_work(*two) == 2);
  // Also at the same time, each beside a task of the other.
  std::atomic<std::size_t> beside{0};
  {
    const std::jthread other([&] { beside = threads_at_work(*five); });
    two->for_each(1, [&](std::size_t) {
      while (beside == 0) std::this_thread::yield();
    });
  }
  CHECK(beside == 5);
  { const auto three = make(barrier, 3); }
  CHECK(threads_at_work(*five) == 5);
}

TEST_CASE("the first exception of a task is rethrown, and the executor lives on") {
  const bool barrier = GENERATE(false, true);
  const std::size_t threads = GENERATE(1, 3);
  const auto executor = make(barrier, threads);
  const auto explode = [](std::size_t i) {
    if (i == 17) throw std::runtime_error("task 17");
  };
  CHECK_THROWS_WITH(executor->for_each(40, explode), "task 17");
  std::atomic<std::size_t> sum{0};
  executor->for_each(40, [&](std::size_t i) { sum += i; });
  CHECK(sum == 780);
}

}  // namespace
}  // namespace dwell::kernel
