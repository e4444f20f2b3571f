#pragma once
// What all engines share: the list of processes, the clock, and the step with its refusals.

#include <exception>
#include <string>
#include <vector>

#include "sim/core/failure.hpp"
#include "sim/kernel/checkpoint.hpp"
#include "sim/kernel/engine.hpp"

namespace dwell::kernel {

class EngineBase : public Engine {
 public:
  ProcessId add(std::unique_ptr<Process> process) final;
  [[nodiscard]] bool local(ProcessId id) const final { return id.value % ranks_ == rank_; }
  bool step() final;
  [[nodiscard]] const Window& window() const final { return window_; }
  [[nodiscard]] std::uint64_t events() const final { return restored_events_ + handled(); }
  std::uint64_t total(std::uint64_t share) override { return share; }
  [[nodiscard]] Process& process(ProcessId id) final;
  [[nodiscard]] std::size_t processes() const final { return members_.size(); }
  Status save(std::ostream& out) final;
  using Engine::restore;
  Status restore(std::span<std::istream* const> parts) final;

 protected:
  explicit EngineBase(const EngineOptions& options, unsigned rank = 0, unsigned ranks = 1);
  /// Before the first window: makes the contexts. No event comes before `begin`.
  virtual void prepare(Time begin) = 0;
  /// Starts the processes.
  virtual void start() = 0;
  /// The processes are started or restored: a window comes next.
  virtual void ready() {}
  /// Runs window_.
  virtual void run_window() = 0;
  /// Events handled since the engine was made.
  [[nodiscard]] virtual std::uint64_t handled() const = 0;
  /// Between windows: delivers all messages on the way, so that they are among the pending events.
  virtual void settle() = 0;
  /// Of a local process, after prepare.
  virtual Context& context(std::uint32_t id) = 0;
  /// Appends the pending events of a local process, in no order. After settle.
  virtual void list_pending(std::uint32_t id, std::vector<Event>& events) const = 0;
  virtual void insert_pending(const Event& event) = 0;
  /// A step threw: the run is over.
  virtual void give_up(const std::string&) noexcept {}

  const EngineOptions options_;
  const unsigned rank_;
  const unsigned ranks_;
  std::vector<std::unique_ptr<Process>> members_;  // by id; nullptr for those of other ranks
  Window window_{-1, {}, {}};                      // of the last step

 private:
  enum class State { kAdding, kStarted, kFailed };
  /// Calls work(); when it throws the run is over.
  template <class Work>
  auto guarded(Work work) {
    try {
      return work();
    } catch (const std::exception& error) {
      give_up(failure_text(error, options_.remedy));
      throw;
    } catch (...) {
      give_up("an exception that is no std::exception");
      throw;
    }
  }
  void begin_run();
  bool next_window();
  // Checkpoints, in engine_checkpoint.cpp.
  struct Restoring;
  [[nodiscard]] ProcessImage image_of(std::uint32_t id);
  [[nodiscard]] Status check_head(const CheckpointHead& head) const;
  Status read_first_head(Restoring& restoring) const;
  Status read_parts(Restoring& restoring);
  Status read_processes(Restoring& restoring);
  Status apply(const ProcessImage& image);
  Status agree(const Status& mine);

  State state_ = State::kAdding;
  std::uint64_t restored_events_ = 0;
};

}  // namespace dwell::kernel
