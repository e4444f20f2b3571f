#pragma once
// What all engines share: the list of processes, the clock, and the step with its refusals.

#include <string>
#include <vector>

#include "sim/kernel/engine.hpp"

namespace dwell::kernel {

class EngineBase : public Engine {
 public:
  ProcessId add(std::unique_ptr<Process> process) final;
  [[nodiscard]] bool local(ProcessId id) const final { return id.value % ranks_ == rank_; }
  bool step() final;
  [[nodiscard]] const Window& window() const final { return window_; }
  [[nodiscard]] std::uint64_t events() const final { return handled(); }
  std::uint64_t total(std::uint64_t share) override { return share; }
  [[nodiscard]] Process& process(ProcessId id) final;
  [[nodiscard]] std::size_t processes() const final { return members_.size(); }

 protected:
  explicit EngineBase(const EngineOptions& options, unsigned rank = 0, unsigned ranks = 1);
  /// Before the first window: makes the contexts. No event comes before `begin`.
  virtual void prepare(Time begin) = 0;
  /// Starts the processes.
  virtual void start() = 0;
  /// The processes are started: the first window comes next.
  virtual void ready() {}
  /// Runs window_.
  virtual void run_window() = 0;
  /// Events handled since the engine was made.
  [[nodiscard]] virtual std::uint64_t handled() const = 0;
  /// A step threw: the run is over.
  virtual void give_up(const std::string&) noexcept {}

  const EngineOptions options_;
  const unsigned rank_;
  const unsigned ranks_;
  std::vector<std::unique_ptr<Process>> members_;  // by id; nullptr for those of other ranks
  Window window_;

 private:
  enum class State { kAdding, kRunning, kFailed };
  bool next_window();

  State state_ = State::kAdding;
};

}  // namespace dwell::kernel
