#include "sim/kernel/engine_base.hpp"

#include "sim/core/check.hpp"

namespace dwell::kernel {

EngineBase::EngineBase(const EngineOptions& options) : options_(options) {
  DWELL_DEMAND(options.lookahead.us >= 1, "the lookahead is at least one microsecond");
}

ProcessId EngineBase::add(std::unique_ptr<Process> process) {
  DWELL_DEMAND(process != nullptr, "a process to add");
  const auto named = [&] {
    return "process " + std::to_string(members_.size()) + " '" + std::string(process->name()) + "'";
  };
  DWELL_DEMAND(state_ == State::kAdding, named() + " is added after the first step");
  DWELL_DEMAND(members_.size() < kMaxProcesses, named() + " is one more than the 2^20 processes an engine can have");
  members_.push_back(std::move(process));
  return {static_cast<std::uint32_t>(members_.size() - 1)};
}

bool EngineBase::step() {
  DWELL_DEMAND(state_ != State::kFailed, "an engine does not go on after a step that threw");
  const bool first = state_ == State::kAdding;
  const std::int64_t begin = first ? 0 : window_.end.us;
  if (begin >= options_.end.us) return false;
  DWELL_DEMAND(begin <= INT64_MAX - 2 * options_.lookahead.us,
               "the window after " + std::to_string(begin) + " us overflows the 64-bit clock");
  state_ = State::kFailed;
  if (first) prepare();
  window_ = {first ? 0 : window_.index + 1, Time{begin}, Time{begin} + options_.lookahead};
  run_window();
  state_ = State::kRunning;
  return true;
}

Process& EngineBase::process(ProcessId id) {
  DWELL_DEMAND(id.value < members_.size(), "there is no process " + std::to_string(id.value));
  return *members_[id.value];
}

}  // namespace dwell::kernel
