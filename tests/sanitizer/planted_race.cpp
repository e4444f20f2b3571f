// Races on purpose, so that a thread sanitizer that sees nothing is itself seen.

#include <cstddef>
#include <cstdlib>

#include "sim/kernel/executor.hpp"

int main() {
  const auto executor = dwell::kernel::make_barrier_executor(2);
  std::size_t unguarded = 0;
  for (int round = 0; round < 100; ++round) {
    executor->for_each(64, [&](std::size_t i) { unguarded += i; });
  }
  return unguarded == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
