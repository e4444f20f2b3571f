#include "bench/run/seed_pool.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>

#include "bench/run/scoring.hpp"

namespace dwell::run {

ProgressBoard::ProgressBoard(const StudyOptions& options, std::uint64_t runs)
    : options_(options), begin_(Clock::now()), done_(runs), events_(runs) {}

bool ProgressBoard::report(std::size_t run, const char* phase, double done, Date date, std::uint64_t events) {
  const std::lock_guard lock(mutex_);
  done_[run] = done;
  events_[run] = events;
  const auto now = Clock::now();
  if (options_.progress && (now - last_ > std::chrono::milliseconds(200))) {
    last_ = now;
    Progress progress{.phase = phase, .runs = done_.size(), .date = date};
    for (std::size_t i = 0; i < done_.size(); ++i) {
      progress.done += done_[i] / static_cast<double>(done_.size());
      progress.events += events_[i];
      progress.runs_done += done_[i] >= 1 ? 1 : 0;
    }
    progress.elapsed_s = std::chrono::duration<double>(now - begin_).count();
    options_.progress(progress);
  }
  return !stopped();
}

Result<std::vector<WorldRecord>> SeedPool::run(const std::vector<std::uint64_t>& seeds, const Thresholds* thresholds,
                                               std::size_t first_run) {
  const bool evaluation = thresholds != nullptr;
  std::vector<std::optional<WorldRecord>> records(seeds.size());
  std::vector<std::optional<Error>> errors(seeds.size());
  std::exception_ptr thrown;
  std::mutex thrown_mutex;
  std::atomic<std::size_t> next = 0;
  const std::size_t at_once = std::min<std::size_t>(std::max(1U, options_.threads), seeds.size());
  const std::size_t threads_each = std::max<std::size_t>(1, options_.threads / at_once);
  const auto work = [&] {
    try {
      const auto executor =
          threads_each > 1 ? kernel::make_thread_executor(threads_each) : kernel::make_inline_executor();
      for (std::size_t i = next++; i < seeds.size() && !board_.stopped(); i = next++) {
        WorldOptions world{.scale = options_.scale,
                           .seed = {seeds[i]},
                           .days = options_.days,
                           .evaluation = evaluation,
                           .floors = evaluation ? floors_of(*thresholds) : std::vector<double>{},
                           .thresholds = evaluation ? *thresholds : Thresholds{},
                           .executor = executor.get()};
        world.each_day = [&, i](double done, Date date, std::uint64_t events) {
          return board_.report(first_run + i, evaluation ? "scoring" : "calibrating", done, date, events);
        };
        auto result = run_world(scenario_, list_, world);
        if (result)
          records[i] = std::move(result).value();
        else
          errors[i] = result.error();
      }
    } catch (...) {
      const std::lock_guard lock(thrown_mutex);
      if (!thrown) thrown = std::current_exception();
      next = seeds.size();
    }
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 1; t < at_once; ++t) threads.emplace_back(work);
    work();
  }
  if (thrown) std::rethrow_exception(thrown);
  std::vector<WorldRecord> finished;
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    if (errors[i]) return *errors[i];
    if (records[i]) finished.push_back(std::move(*records[i]));
  }
  return finished;
}

}  // namespace dwell::run
