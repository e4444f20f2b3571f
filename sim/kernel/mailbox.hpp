#pragma once
// Messages on their way from one group of processes to another.

#include <cstdint>
#include <vector>

#include "sim/kernel/event.hpp"

namespace dwell::kernel {

/// A body and the message that carries it, by its place in the mailbox.
struct Carried {
  std::uint64_t message;
  Body body;
};

/// Messages in the order they were sent. Few have bodies, so these stand apart, in the order of their messages.
struct Mailbox {
  std::vector<Event> messages;
  std::vector<Carried> bodies;

  void add(const Event& message) { messages.push_back(message); }
  void add(const Event& message, const Body& body) {
    bodies.push_back({messages.size(), body});
    messages.push_back(message);
  }
  void clear() {
    messages.clear();
    bodies.clear();
  }
};

/// Calls visit(message, body) for each message in order; body is nullptr where there is none.
template <class Visit>
void for_each_message(const Event* message, const Event* end, const Carried* carried, const Carried* carried_end,
                      Visit visit) {
  const Event* const begin = message;
  for (; carried != carried_end; ++carried) {
    for (const Event* const at = begin + carried->message; message != at; ++message) visit(*message, nullptr);
    visit(*message++, &carried->body);
  }
  for (; message != end; ++message) visit(*message, nullptr);
}

}  // namespace dwell::kernel
