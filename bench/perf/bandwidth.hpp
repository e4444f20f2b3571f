#pragma once
// What the machine's memory gives, to hold other figures against.

#include <cstddef>

namespace dwell::perf {

/// Bytes copied a second by `threads` threads at once, each between two buffers of its own, in median of five rounds. A
/// copied byte is counted once, though it is read and written. Takes about a quarter of a second and 256 MiB in all.
double copy_bandwidth_bytes_per_s(std::size_t threads);

}  // namespace dwell::perf
