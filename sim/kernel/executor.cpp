#include "sim/kernel/executor.hpp"

#include <atomic>
#include <barrier>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "sim/core/check.hpp"

#ifdef DWELL_HAVE_TBB
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#endif

namespace dwell::kernel {
namespace {

using Task = std::function<void(std::size_t)>;

class InlineExecutor final : public Executor {
 public:
  [[nodiscard]] std::size_t threads() const override { return 1; }
  void for_each(std::size_t count, const Task& task) override {
    for (std::size_t i = 0; i < count; ++i) task(i);
  }
};

/// Threads wait at a barrier for work, share it out by an atomic counter, and meet at the barrier again.
class BarrierExecutor final : public Executor {
 public:
  explicit BarrierExecutor(std::size_t threads) : barrier_(static_cast<std::ptrdiff_t>(threads)) {
    helpers_.reserve(threads - 1);
    for (std::size_t i = 1; i < threads; ++i) helpers_.emplace_back([this] { serve(); });
  }
  BarrierExecutor(const BarrierExecutor&) = delete;
  BarrierExecutor& operator=(const BarrierExecutor&) = delete;
  ~BarrierExecutor() override {
    task_ = nullptr;
    barrier_.arrive_and_wait();
    for (std::thread& helper : helpers_) helper.join();
  }

  [[nodiscard]] std::size_t threads() const override { return helpers_.size() + 1; }
  void for_each(std::size_t count, const Task& task) override {
    task_ = &task;
    count_ = count;
    next_.store(0, std::memory_order_relaxed);
    barrier_.arrive_and_wait();
    work();
    barrier_.arrive_and_wait();
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

 private:
  void serve() {
    for (;;) {
      barrier_.arrive_and_wait();
      if (task_ == nullptr) return;
      work();
      barrier_.arrive_and_wait();
    }
  }
  void work() {
    for (std::size_t i = next_.fetch_add(1, std::memory_order_relaxed); i < count_;
         i = next_.fetch_add(1, std::memory_order_relaxed)) {
      try {
        (*task_)(i);
      } catch (...) {
        const std::lock_guard lock(failure_mutex_);
        if (!failure_) failure_ = std::current_exception();
      }
    }
  }

  std::barrier<> barrier_;
  std::vector<std::thread> helpers_;
  const Task* task_ = nullptr;
  std::size_t count_ = 0;
  std::atomic<std::size_t> next_{0};
  std::mutex failure_mutex_;
  std::exception_ptr failure_;
};

#ifdef DWELL_HAVE_TBB
/// oneTBB's limit on threads is the program's: of several global_controls alive, the least holds. So one stands for all
/// executors, and allows each its helpers, also while others use theirs, and also beyond the processors of the machine.
class TbbHelpers {
 public:
  explicit TbbHelpers(std::size_t helpers) : helpers_(helpers) { allow(helpers_, 0); }
  ~TbbHelpers() { allow(0, helpers_); }
  TbbHelpers(const TbbHelpers&) = delete;
  TbbHelpers& operator=(const TbbHelpers&) = delete;

 private:
  static void allow(std::size_t more, std::size_t fewer) {
    static std::mutex mutex;
    static std::size_t helpers = 0;
    static std::optional<tbb::global_control> limit;
    const std::lock_guard lock(mutex);
    helpers = helpers + more - fewer;
    limit.reset();
    if (helpers > 0) limit.emplace(tbb::global_control::max_allowed_parallelism, helpers + 1);
  }
  std::size_t helpers_;
};

/// The arena holds exactly `threads` slots.
class TbbExecutor final : public Executor {
 public:
  explicit TbbExecutor(std::size_t threads)
      : helpers_(threads - 1), arena_(static_cast<int>(threads)), threads_(threads) {}

  [[nodiscard]] std::size_t threads() const override { return threads_; }
  void for_each(std::size_t count, const Task& task) override {
    arena_.execute([&] {
      tbb::parallel_for(
          std::size_t{0}, count, std::size_t{1}, [&](std::size_t i) { task(i); }, tbb::simple_partitioner{});
    });
  }

 private:
  TbbHelpers helpers_;
  tbb::task_arena arena_;
  std::size_t threads_;
};
#endif

}  // namespace

std::unique_ptr<Executor> make_inline_executor() { return std::make_unique<InlineExecutor>(); }

std::unique_ptr<Executor> make_barrier_executor(std::size_t threads) {
  DWELL_DEMAND(threads >= 1 && threads <= 4096, "an executor has 1 to 4096 threads");
  return std::make_unique<BarrierExecutor>(threads);
}

std::unique_ptr<Executor> make_thread_executor(std::size_t threads) {
  DWELL_DEMAND(threads >= 1 && threads <= 4096, "an executor has 1 to 4096 threads");
  if (threads == 1) return make_inline_executor();
#ifdef DWELL_HAVE_TBB
  return std::make_unique<TbbExecutor>(threads);
#else
  return make_barrier_executor(threads);
#endif
}

}  // namespace dwell::kernel
