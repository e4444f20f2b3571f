// Races on purpose, so that a thread sanitizer that sees nothing is itself seen.

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <thread>

#include "sim/kernel/executor.hpp"

int main() {
  const auto executor = dwell::kernel::make_barrier_executor(2);
  std::size_t unguarded = 0;
  for (int round = 1; round <= 100; ++round) {
    // Both threads are in a task when they write; relaxed, so that the meeting itself puts nothing in order.
    std::atomic<int> present{0};
    executor->for_each(2, [&](std::size_t i) {
      present.fetch_add(1, std::memory_order_relaxed);
      while (present.load(std::memory_order_relaxed) < 2) std::this_thread::yield();
      unguarded += i + 1;
    });
  }
  return unguarded == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
