#pragma once
// Pending events of one process: a bucket per future window, filled by streaming writes, sorted once when drained.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/kernel/event.hpp"

namespace dwell::kernel {

/// push is O(1); a window is sorted once on `begin_window`; events pushed into the current window afterwards go to a small
/// heap. Events beyond the horizon wait in an overflow list and move to their bucket when it comes in sight.
class EventQueue {
 public:
  EventQueue(Duration window_length, std::size_t horizon_windows);
  void push(const Event& event, const Window& current);
};

}  // namespace dwell::kernel
