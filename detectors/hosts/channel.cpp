#include "detectors/hosts/channel.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace dwell::hosts {
namespace {

constexpr std::size_t kMostLineBytes = 1U << 20;
constexpr std::size_t kControlBytes = 4096;
constexpr std::chrono::milliseconds kHeededEvery{100};

ChannelError closed() { return {ChannelError::Kind::closed, "the other end is gone"}; }
ChannelError late() { return {ChannelError::Kind::late, "no answer in time"}; }
ChannelError stopped() { return {ChannelError::Kind::stopped, "the wait was given up"}; }

bool gone(int problem) { return problem == EPIPE || problem == ECONNRESET; }

}  // namespace

void Channel::allow(std::optional<std::chrono::milliseconds> time) {
  deadline_.reset();
  if (time) deadline_ = Clock::now() + *time;
}

void Channel::wait(int fd, short events) {
  using std::chrono::ceil, std::chrono::milliseconds;
  // The signal behind a stop may interrupt another thread than this one.
  const long long slice_ms = stop_ != nullptr ? kHeededEvery.count() : 1'000'000'000;
  for (int ready = 0; ready == 0;) {
    if (stop_ != nullptr && stop_->load(std::memory_order_relaxed)) throw stopped();
    const long long left_ms = ceil<milliseconds>(*deadline_ - Clock::now()).count();
    if (left_ms <= 0) throw late();
    pollfd of{fd, events, 0};
    ready = ::poll(&of, 1, static_cast<int>(std::min(left_ms, slice_ms)));
    if (ready < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "poll");
  }
}

void Channel::put(int fd, const void* bytes, std::size_t size) {
  const char* at = static_cast<const char*>(bytes);
  const int flags = MSG_NOSIGNAL | (deadline_ ? MSG_DONTWAIT : 0);
  while (size > 0) {
    const ssize_t sent = ::send(fd, at, size, flags);
    if (sent >= 0) {
      at += sent;
      size -= static_cast<std::size_t>(sent);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      wait(fd, POLLOUT);
    } else if (gone(errno)) {
      throw closed();
    } else if (errno != EINTR) {
      throw std::system_error(errno, std::generic_category(), "send");
    }
  }
}

std::size_t Channel::get(int fd, void* bytes, std::size_t size) {
  const int flags = deadline_ ? MSG_DONTWAIT : 0;
  for (;;) {
    const ssize_t received = ::recv(fd, bytes, size, flags);
    if (received > 0) return static_cast<std::size_t>(received);
    if (received == 0) throw closed();
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      wait(fd, POLLIN);
    } else if (gone(errno)) {
      throw closed();
    } else if (errno != EINTR) {
      throw std::system_error(errno, std::generic_category(), "recv");
    }
  }
}

void Channel::send(std::string_view lines, std::span<const std::byte> frame) {
  put(control_.get(), lines.data(), lines.size());
  if (!frame.empty()) put(data_.get(), frame.data(), frame.size());
}

std::string_view Channel::line() {
  std::size_t searched = text_at_;
  for (;;) {
    const std::size_t end = text_.find('\n', searched);
    if (end != std::string::npos) {
      const std::string_view found = std::string_view(text_).substr(text_at_, end - text_at_);
      text_at_ = end + 1;
      return found;
    }
    text_.erase(0, text_at_);
    text_at_ = 0;
    searched = text_.size();
    if (searched > kMostLineBytes) throw ChannelError(ChannelError::Kind::damaged, "a line without an end");
    text_.resize(searched + kControlBytes);
    std::size_t received = 0;
    try {
      received = get(control_.get(), text_.data() + searched, kControlBytes);
    } catch (...) {
      text_.resize(searched);
      throw;
    }
    text_.resize(searched + received);
  }
}

const FrameView& Channel::frame() {
  const auto fill = [this](std::size_t from, std::size_t size) {
    while (from < size) from += get(data_.get(), bytes_.data() + from, size - from);
  };
  bytes_.reserve(kHeaderBytes, 0);
  fill(0, kHeaderBytes);
  const auto size = frame_bytes({bytes_.data(), kHeaderBytes});
  if (!size) throw ChannelError(ChannelError::Kind::damaged, size.error().message());
  bytes_.reserve(static_cast<std::size_t>(size.value()), kHeaderBytes);
  fill(kHeaderBytes, static_cast<std::size_t>(size.value()));
  const Status read = read_frame({bytes_.data(), static_cast<std::size_t>(size.value())}, view_);
  if (!read) throw ChannelError(ChannelError::Kind::damaged, read.error().message());
  return view_;
}

}  // namespace dwell::hosts
