#pragma once
// The engines' way into a Context. Models have no use for it.

#include <utility>

#include "sim/kernel/context.hpp"

namespace dwell::kernel {

struct Context::Setup {
  ProcessId self;
  std::string_view name;
  Duration lookahead;
  Time begin;  ///< no event comes before it
  Time end;
  std::size_t horizon_windows;
  std::uint32_t processes;      ///< in the whole run
  const std::uint32_t* box_of;  ///< one entry a process: where in `mail` its messages go; must outlive the context
  Mailbox* mail;
  QueueMemory* memory;
  std::vector<Event>* plain;  ///< nullptr: pending events are kept in the context's queue
};

struct Context::Engine {
  static EventQueue& queue(Context& c) { return c.queue_; }
  static void set_mail(Context& c, Mailbox* mail) { c.mail_ = mail; }
  static std::uint64_t sequence(const Context& c) { return c.sequence_; }
  static void set_sequence(Context& c, std::uint64_t sequence) { c.sequence_ = sequence; }
  static std::string who(const Context& c) { return c.who(); }

  static void enter(Context& c, const Window& window) {
    c.window_ = window;
    c.now_ = window.begin;
  }
  static void leave(Context& c) { c.now_ = c.window_.end; }

  /// Stores the body of a message for c and returns its handle.
  static std::uint32_t keep(Context& c, const Body& body, std::uint64_t order);
  /// The body that came with a pending event of c, not taken so far; nullptr when it has none.
  static const Body* body_of(const Context& c, const Event& event);
  /// The message as the receiver c will see it, its body stored.
  static Event receive(Context& c, const Event& message, const Body* body) {
    Event event = message;
    if (body != nullptr) event.data = keep(c, *body, event.order);
    return event;
  }

  /// Serial engine: one event is all that Events will give out, at its time.
  static void offer(Context& c, const Event* event) { c.single_ = event; }
  static bool offered(const Context& c) { return c.single_ != nullptr; }
};

}  // namespace dwell::kernel
