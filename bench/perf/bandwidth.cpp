#include "bench/perf/bandwidth.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <vector>

#include "sim/kernel/executor.hpp"

namespace dwell::perf {
namespace {

constexpr std::size_t kAllBuffersBytes = std::size_t{256} << 20;
constexpr std::size_t kRounds = 5;
constexpr int kCopies = 2;  // of each buffer in a round

}  // namespace

double copy_bandwidth_bytes_per_s(std::size_t threads) {
  using Clock = std::chrono::steady_clock;
  const std::size_t buffer_bytes = kAllBuffersBytes / (2 * threads);
  const auto executor = kernel::make_thread_executor(threads);
  std::vector<std::vector<char>> from(threads), to(threads);
  executor->for_each(threads, [&](std::size_t t) {
    from[t].assign(buffer_bytes, static_cast<char>(t));
    to[t].assign(buffer_bytes, 0);
  });
  std::array<double, kRounds> rates{};
  for (double& rate : rates) {
    const auto begin = Clock::now();
    executor->for_each(threads, [&](std::size_t t) {
      for (int copy = 0; copy < kCopies; ++copy) {
        from[t][static_cast<std::size_t>(copy)] ^= to[t][0];  // so that no copy can be left out
        std::memcpy(to[t].data(), from[t].data(), buffer_bytes);
      }
    });
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    rate = static_cast<double>(threads * buffer_bytes * kCopies) / seconds;
  }
  std::sort(rates.begin(), rates.end());
  return rates[kRounds / 2];
}

}  // namespace dwell::perf
