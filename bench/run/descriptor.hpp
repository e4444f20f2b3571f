#pragma once
// A file descriptor that closes itself.

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <span>
#include <string>

namespace dwell::run {

class Descriptor {
 public:
  Descriptor() = default;
  Descriptor(const std::string& path, int flags, mode_t mode) { static_cast<void>(open(path, flags, mode)); }
  ~Descriptor() { static_cast<void>(finish()); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  /// To be called once. False, with errno, when it could not be opened.
  [[nodiscard]] bool open(const std::string& path, int flags, mode_t mode) {
    fd_ = ::open(path.c_str(), flags | O_CLOEXEC, mode);
    return ok();
  }
  [[nodiscard]] bool ok() const { return fd_ >= 0; }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool write_all(std::span<const char> bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return true;
  }
  /// False when closing reported a delayed error.
  bool finish() {
    const int fd = fd_;
    fd_ = -1;
    return fd < 0 || close(fd) == 0;
  }

 private:
  int fd_ = -1;
};

/// Pipes and devices take no fsync, and say so with EINVAL or EROFS.
inline bool synchronise(int fd) { return fsync(fd) == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP; }

}  // namespace dwell::run
