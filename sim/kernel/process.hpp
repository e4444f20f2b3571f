#pragma once
// What a model writes: logical processes. See README.md for the step loop.

#include <bit>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "sim/core/result.hpp"
#include "sim/core/serial.hpp"
#include "sim/kernel/context.hpp"
#include "sim/kernel/event.hpp"

namespace dwell::kernel {

/// A logical process: owns its state and is touched by one thread at a time. Virtual calls happen per window, not per
/// event.
///
/// In each window the engine calls, for every process independently of the others:
///   open(context)            before the window's events are put in order: the process may schedule events for itself
///                            anywhere from the window's begin on, cheaply, since they are sorted together with the
///                            rest;
///   handle(context, events)  until `events.next()` has returned nullptr; the parallel engines call it once with all
///                            events of the window, the serial reference engine once an event;
///   close(context)           after the last event of the window.
class Process {
 public:
  virtual ~Process() = default;
  /// Name for messages, e.g. "shard 3".
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Called once before the first window; may schedule and send.
  virtual void start(Context&) {}
  virtual void open(Context&) {}
  virtual void handle(Context& context, Events& events) = 0;
  virtual void close(Context&) {}
  /// Whether the engine must call open and close in windows without events.
  [[nodiscard]] virtual bool every_window() const { return true; }

  /// For checkpoints, between windows: writes all that decides what the process does from here on, but for its pending
  /// events, which the kernel saves. `restore` reads it into a process made as this one was, before its first window
  /// and instead of start; it fails by marking the reader or by an error of its own. Without them a process can be run,
  /// but not saved: InvariantError.
  virtual void save(ByteWriter& writer) const;
  virtual Status restore(ByteReader& reader);
};

/// Puts a trivially copyable message of at most 64 bytes into a body, and back.
template <class T>
Body pack(const T& message) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(Body));
  Body body{};
  std::memcpy(body.bytes, &message, sizeof message);
  return body;
}
template <class T>
T unpack(const Body& body) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(Body));
  T message;
  std::memcpy(static_cast<void*>(&message), body.bytes, sizeof message);
  return message;
}

}  // namespace dwell::kernel
