#include "sim/kernel/context.hpp"

#include "sim/kernel/context_engine.hpp"

namespace dwell::kernel {

Context::Context(const Setup& setup)
    : end_(setup.end),
      self_(setup.self),
      plain_(setup.plain),
      queue_(setup.begin, setup.lookahead, setup.horizon_windows, *setup.memory),
      name_(setup.name),
      lookahead_(setup.lookahead),
      processes_(setup.processes),
      box_of_(setup.box_of),
      mail_(setup.mail) {}

void Context::send(ProcessId target, Time at, unsigned priority, const Body& body) {
  if (accepts(target, at)) mail_[box_of_[target.value]].add({at, next_order(priority), target.value, 0}, body);
}

Body Context::take(std::uint32_t data) {
  DWELL_DEMAND(data < bodies_.size() && bodies_[data].occupied,
               who() + " takes body " + std::to_string(data) + ", which was never received or was already taken");
  bodies_[data].occupied = false;
  free_bodies_.push_back(data);
  return bodies_[data].body;
}

std::uint32_t Context::Engine::keep(Context& c, const Body& body, std::uint64_t order) {
  const Kept kept{body, order, true};
  if (c.free_bodies_.empty()) {
    DWELL_DEMAND(c.bodies_.size() < UINT32_MAX, c.who() + " holds 2^32 bodies that it never took");
    c.bodies_.push_back(kept);
    return static_cast<std::uint32_t>(c.bodies_.size() - 1);
  }
  const std::uint32_t handle = c.free_bodies_.back();
  c.free_bodies_.pop_back();
  c.bodies_[handle] = kept;
  return handle;
}

const Body* Context::Engine::body_of(const Context& c, const Event& event) {
  if (event.data >= c.bodies_.size()) return nullptr;
  const Kept& kept = c.bodies_[event.data];
  return kept.occupied && kept.order == event.order ? &kept.body : nullptr;
}

const Event* Events::next_single() {
  const Event* const event = std::exchange(context_.single_, nullptr);
  if (event != nullptr) context_.now_ = event->time;
  return event;
}

void Context::refuse_send(ProcessId target, Time at) const {
  DWELL_DEMAND(target.value < processes_, who() + " sends to process " + std::to_string(target.value) +
                                              ", but there are " + std::to_string(processes_) + " processes");
  if (at < now_) refuse_past(at);
  fail_demand("at - now >= lookahead", __FILE__, __LINE__,
              who() + " sends at " + std::to_string(at.us) + " us, only " + std::to_string((at - now_).us) +
                  " us ahead of its clock; the lookahead is " + std::to_string(lookahead_.us) + " us");
}

std::string Context::who() const { return "process " + std::to_string(self_.value) + " '" + std::string(name_) + "'"; }

void Context::refuse_past(Time at) const {
  fail_demand("at >= now", __FILE__, __LINE__,
              who() + " schedules at " + std::to_string(at.us) + " us, before its clock at " + std::to_string(now_.us) +
                  " us" + (at.us < 0 ? ": the time is negative or has overflowed" : ""));
}

void Context::refuse_order(unsigned priority) const {
  if (priority > kMaxPriority) {
    fail_demand(
        "priority <= kMaxPriority", __FILE__, __LINE__,
        who() + " gives priority " + std::to_string(priority) + "; the last is " + std::to_string(kMaxPriority));
  }
  fail_demand("sequence <= kMaxSequence", __FILE__, __LINE__,
              who() + " has scheduled 2^40 events, the most one process can");
}

}  // namespace dwell::kernel
