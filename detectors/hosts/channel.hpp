#pragma once
// One end of the wire: control lines on one socket, frames on another. Both ends use it.

#include <atomic>
#include <chrono>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "detectors/hosts/frame.hpp"
#include "detectors/hosts/unique_fd.hpp"

namespace dwell::hosts {

/// The other end is gone, silent for too long, or speaks another language; or the wait for it was given up.
class ChannelError : public std::runtime_error {
 public:
  enum class Kind { closed, late, damaged, stopped };
  ChannelError(Kind what_kind, const std::string& words) : std::runtime_error(words), kind(what_kind) {}
  const Kind kind;
};

/// Sends and receives before a deadline that is set for each exchange; never raises SIGPIPE. Errors: ChannelError.
class Channel {
 public:
  Channel(UniqueFd control, UniqueFd data) : control_(std::move(control)), data_(std::move(data)) {}

  /// From now on every call fails that is not done so soon. Nothing: they wait for ever.
  void allow(std::optional<std::chrono::milliseconds> time);

  /// While `stop` is true, every wait from now on is given up within a tenth of a second; what is there already is
  /// still read. It outlives the channel. Needs a deadline; nullptr: nothing stops a wait.
  void heed(const std::atomic<bool>* stop) { stop_ = stop; }

  /// `lines` end with a line feed each. The frame they announce, if any, goes beside them.
  void send(std::string_view lines, std::span<const std::byte> frame = {});
  /// The next line without its end; valid until the next call.
  std::string_view line();
  /// The next frame, its CRC checked; valid until the next call.
  const FrameView& frame();

 private:
  using Clock = std::chrono::steady_clock;
  void put(int fd, const void* bytes, std::size_t size);
  /// At least one byte and at most `size`.
  std::size_t get(int fd, void* bytes, std::size_t size);
  void wait(int fd, short events);

  UniqueFd control_, data_;
  std::optional<Clock::time_point> deadline_;
  const std::atomic<bool>* stop_ = nullptr;
  std::string text_;  // received of control, from text_at_ on not yet read
  std::size_t text_at_ = 0;
  AlignedBytes bytes_;
  FrameView view_;
};

}  // namespace dwell::hosts
