#include "sim/kernel/engine_base.hpp"

#include "sim/core/check.hpp"

namespace dwell::kernel {

EngineBase::EngineBase(const EngineOptions& options, unsigned rank, unsigned ranks)
    : options_(options), rank_(rank), ranks_(ranks) {
  DWELL_DEMAND(options.lookahead.us >= 1, "the lookahead is at least one microsecond");
  DWELL_DEMAND(options.lookahead.us <= INT64_MAX / 2, "two windows of the lookahead overflow the 64-bit clock");
}

ProcessId EngineBase::add(std::unique_ptr<Process> process) {
  const ProcessId id{static_cast<std::uint32_t>(members_.size())};
  const auto named = [&] {
    const std::string number = "process " + std::to_string(id.value);
    return process == nullptr ? number : number + " '" + std::string(process->name()) + "'";
  };
  DWELL_DEMAND(state_ == State::kAdding, named() + " is added after the first step");
  DWELL_DEMAND(members_.size() < kMaxProcesses, named() + " is one more than the 2^20 processes an engine can have");
  DWELL_DEMAND(local(id) == (process != nullptr),
               named() + (local(id) ? " is to be added here, and is nullptr"
                                    : " is of rank " + std::to_string(id.value % ranks_) + "; on rank " +
                                          std::to_string(rank_) + " nullptr is added for it"));
  members_.push_back(std::move(process));
  return id;
}

bool EngineBase::step() {
  DWELL_DEMAND(state_ != State::kFailed, "an engine does not go on after a step that threw");
  return guarded([this] { return next_window(); });
}

void EngineBase::begin_run() {
  state_ = State::kFailed;
  prepare(Time{});
  start();
  ready();
  state_ = State::kStarted;
}

bool EngineBase::next_window() {
  const Time begin = window_.end;
  if (begin >= options_.end) return false;
  DWELL_DEMAND(begin.us <= INT64_MAX - 2 * options_.lookahead.us,
               "the window after " + std::to_string(begin.us) + " us overflows the 64-bit clock");
  if (state_ == State::kAdding) begin_run();
  state_ = State::kFailed;
  window_ = {window_.index + 1, begin, begin + options_.lookahead};
  run_window();
  state_ = State::kStarted;
  return true;
}

Process& EngineBase::process(ProcessId id) {
  DWELL_DEMAND(id.value < members_.size(), "there is no process " + std::to_string(id.value));
  DWELL_DEMAND(local(id), "process " + std::to_string(id.value) + " is of rank " + std::to_string(id.value % ranks_) +
                              " and cannot be seen from rank " + std::to_string(rank_));
  return *members_[id.value];
}

}  // namespace dwell::kernel
