#pragma once
// What all engines share: the list of processes, the clock, and the step with its refusals.

#include <string>
#include <vector>

#include "sim/kernel/engine.hpp"

namespace dwell::kernel {

class EngineBase : public Engine {
 public:
  ProcessId add(std::unique_ptr<Process> process) final;
  bool step() final;
  [[nodiscard]] const Window& window() const final { return window_; }
  [[nodiscard]] Process& process(ProcessId id) final;
  [[nodiscard]] std::size_t processes() const final { return members_.size(); }

 protected:
  explicit EngineBase(const EngineOptions& options);
  /// Before the first window: makes the contexts and starts the processes.
  virtual void prepare() = 0;
  /// Runs window_.
  virtual void run_window() = 0;

  EngineOptions options_;
  std::vector<std::unique_ptr<Process>> members_;
  Window window_;

 private:
  enum class State { kAdding, kRunning, kFailed };
  State state_ = State::kAdding;
};

}  // namespace dwell::kernel
