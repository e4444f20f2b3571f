#pragma once
// The engines' way into a Context. Models have no use for it.

#include <utility>

#include "sim/kernel/context.hpp"

namespace dwell::kernel {

struct Context::Setup {
  ProcessId self;
  std::string_view name;
  Duration lookahead;
  Time end;
  std::size_t horizon_windows;
  std::uint32_t processes;        ///< in the whole run
  const std::uint32_t* group_of;  ///< one entry a process; must outlive the context
  Mailbox* mail;                  ///< one a group
  QueueMemory* memory;
  std::vector<Event>* plain;  ///< nullptr: pending events are kept in the context's queue
};

struct Context::Engine {
  static EventQueue& queue(Context& c) { return c.queue_; }
  static void set_mail(Context& c, Mailbox* mail) { c.mail_ = mail; }
  static void set_sequence(Context& c, std::uint64_t sequence) { c.sequence_ = sequence; }
  static std::string who(const Context& c) { return c.who(); }

  static void enter(Context& c, const Window& window) {
    c.window_ = window;
    c.now_ = window.begin;
  }
  static void leave(Context& c) { c.now_ = c.window_.end; }

  /// Stores the body of a message for c and returns its handle.
  static std::uint32_t keep(Context& c, const Body& body);
  /// The event as the receiver c will see it, its body stored.
  static Event receive(Context& c, const Outgoing& message, const Mailbox& mailbox) {
    Event event = message.event;
    if (message.body != kNoBody) event.data = keep(c, mailbox.bodies[message.body]);
    return event;
  }

  /// Serial engine: one event is all that Events will give out, at its time.
  static void offer(Context& c, const Event* event) { c.single_ = event; }
  static bool offered(const Context& c) { return c.single_ != nullptr; }
};

}  // namespace dwell::kernel
