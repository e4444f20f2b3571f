#pragma once
// What this process has used of the machine so far.

#include <sys/resource.h>

#include <cstdint>

namespace dwell {

struct ResourceUse {
  double cpu_s = 0;                  ///< of all threads, user and system
  std::uint64_t peak_rss_bytes = 0;  ///< most resident memory at a time
};

inline ResourceUse resource_use() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return {seconds(usage.ru_utime) + seconds(usage.ru_stime), static_cast<std::uint64_t>(usage.ru_maxrss) * 1024};
}

}  // namespace dwell
