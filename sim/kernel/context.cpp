#include "sim/kernel/context.hpp"

#include "sim/kernel/context_engine.hpp"

namespace dwell::kernel {

Context::Context(const Setup& setup)
    : end_(setup.end),
      self_(setup.self),
      plain_(setup.plain),
      queue_(Time{}, setup.lookahead, setup.horizon_windows, *setup.memory),
      name_(setup.name),
      lookahead_(setup.lookahead),
      processes_(setup.processes),
      group_of_(setup.group_of),
      mail_(setup.mail) {}

void Context::send(ProcessId target, Time at, unsigned priority, std::uint32_t data) {
  if (!accepts(target, at)) return;
  mail_[group_of_[target.value]].messages.push_back({{at, next_order(priority), target.value, data}, kNoBody});
}

void Context::send(ProcessId target, Time at, unsigned priority, const Body& body) {
  if (!accepts(target, at)) return;
  Mailbox& mailbox = mail_[group_of_[target.value]];
  const auto index = static_cast<std::uint32_t>(mailbox.bodies.size());
  mailbox.messages.push_back({{at, next_order(priority), target.value, 0}, index});
  mailbox.bodies.push_back(body);
}

Body Context::take(std::uint32_t data) {
  DWELL_DEMAND(data < bodies_.size() && occupied_[data] != 0,
               who() + " takes body " + std::to_string(data) + ", which was never received or was already taken");
  occupied_[data] = 0;
  free_bodies_.push_back(data);
  return bodies_[data];
}

std::uint32_t Context::Engine::keep(Context& c, const Body& body) {
  if (c.free_bodies_.empty()) {
    const auto handle = static_cast<std::uint32_t>(c.bodies_.size());
    DWELL_DEMAND(handle != kNoBody, c.who() + " holds 2^32 bodies that it never took");
    c.bodies_.push_back(body);
    c.occupied_.push_back(1);
    return handle;
  }
  const std::uint32_t handle = c.free_bodies_.back();
  c.free_bodies_.pop_back();
  c.bodies_[handle] = body;
  c.occupied_[handle] = 1;
  return handle;
}

const Event* Events::next_single() {
  const Event* const event = std::exchange(context_.single_, nullptr);
  if (event != nullptr) context_.now_ = event->time;
  return event;
}

bool Context::accepts(ProcessId target, Time at) const {
  DWELL_DEMAND(target.value < processes_, who() + " sends to process " + std::to_string(target.value) +
                                              ", but there are " + std::to_string(processes_) + " processes");
  if (at < now_) [[unlikely]]
    refuse_past(at);
  DWELL_DEMAND(at - now_ >= lookahead_,
               who() + " sends at " + std::to_string(at.us) + " us, only " + std::to_string((at - now_).us) +
                   " us ahead of its clock; the lookahead is " + std::to_string(lookahead_.us) + " us");
  return at < end_;
}

std::string Context::who() const { return "process " + std::to_string(self_.value) + " '" + std::string(name_) + "'"; }

void Context::refuse_past(Time at) const {
  fail_demand("at >= now", __FILE__, __LINE__,
              who() + " schedules at " + std::to_string(at.us) + " us, before its clock at " + std::to_string(now_.us) +
                  " us" + (at.us < 0 ? ": the time is negative or has overflowed" : ""));
}

void Context::refuse_sequence() const {
  fail_demand("sequence <= kMaxSequence", __FILE__, __LINE__,
              who() + " has scheduled 2^40 events, the most one process can");
}

}  // namespace dwell::kernel
