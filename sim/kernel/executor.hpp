#pragma once
// Where threads come from. Models and engines know only this interface.

#include <cstddef>
#include <functional>
#include <memory>

namespace dwell::kernel {

/// Runs independent tasks. Implementations: the caller's own thread; oneTBB; a std::barrier pool (for the thread
/// sanitizer, which cannot follow an uninstrumented oneTBB).
class Executor {
 public:
  virtual ~Executor() = default;
  [[nodiscard]] virtual std::size_t threads() const = 0;
  /// Calls task(i) once for each i in [0, count), in any order on any thread, and returns when all have returned. The
  /// first exception thrown by a task is rethrown here. Not reentrant.
  virtual void for_each(std::size_t count, const std::function<void(std::size_t)>& task) = 0;
};

std::unique_ptr<Executor> make_inline_executor();
/// One thread: the inline executor. Else oneTBB under global_control where Dwell was built with it, or the std::barrier
/// pool. Several may be alive and at work at a time, each with its own number of threads. 1 <= threads <= 4096.
std::unique_ptr<Executor> make_thread_executor(std::size_t threads);
/// The std::barrier pool by name, for tests.
std::unique_ptr<Executor> make_barrier_executor(std::size_t threads);

}  // namespace dwell::kernel
