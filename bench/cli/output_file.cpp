#include "bench/cli/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "bench/cli/interrupt.hpp"

namespace dwell::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAccepted = "a file in a folder that can be written to";

Error refuse(const std::string& path, std::string found, const char* accepted = kAccepted) {
  return {path, "", std::move(found), accepted};
}
Error refuse_errno(const std::string& path, const char* what) {
  return refuse(path, std::string(what) + ": " + std::strerror(errno));
}

/// In the same folder, so that renaming is atomic; short, so that it fits where the target's name does.
std::string hidden_file(const std::string& target) {
  return (fs::path(target).parent_path() / (".dwell-" + std::to_string(getpid()) + ".tmp")).string();
}

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags, mode_t mode) : fd_(open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~Descriptor() { static_cast<void>(finish()); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] bool ok() const { return fd_ >= 0; }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool write_all(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t n = ::write(fd_, text.data(), text.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(n));
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
  int fd_;
};

/// Pipes and devices take no fsync, and say so with EINVAL or EROFS.
bool synchronise(int fd) { return fsync(fd) == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP; }

}  // namespace

Result<OutputFile> OutputFile::prepare(const std::string& path, const std::string& input) {
  OutputFile out;
  out.path_ = path;
  out.target_ = path;
  struct stat info {};
  const bool exists = stat(path.c_str(), &info) == 0;
  if (!exists && errno != ENOENT) return refuse_errno(path, "cannot be written");
  if (exists && S_ISDIR(info.st_mode)) return refuse(path, "is a folder", "the name of a file");
  if (exists) {
    std::error_code ignored;
    if (!input.empty() && fs::equivalent(path, input, ignored)) {
      return refuse(path, "is the input itself", "another file");
    }
    if (access(path.c_str(), W_OK) != 0) return refuse_errno(path, "cannot be written");
    out.direct_ = !S_ISREG(info.st_mode) || path.starts_with("/dev/") || path.starts_with("/proc/");
    if (out.direct_) return out;
    out.target_ = fs::canonical(path, ignored).string();
  } else if (struct stat link{}; lstat(path.c_str(), &link) == 0) {
    return refuse(path, "is a link to nothing");
  }
  if (fs::path(path).filename().empty()) return refuse(path, "names no file", "the name of a file");
  const std::string probe = hidden_file(out.target_);
  const RemoveOnAbort guard(probe);
  const Descriptor file(probe, O_CREAT | O_EXCL | O_WRONLY, 0600);
  if (!file.ok()) return refuse_errno(path, "cannot be written");
  unlink(probe.c_str());
  return out;
}

Status OutputFile::write(std::string_view text) const {
  if (direct_) {
    Descriptor file(target_, O_WRONLY | O_TRUNC, 0);
    if (file.ok() && file.write_all(text) && synchronise(file.get()) && file.finish()) return success();
    return refuse_errno(path_, "could not be written");
  }
  const std::string hidden = hidden_file(target_);
  const RemoveOnAbort guard(hidden);
  Descriptor file(hidden, O_CREAT | O_EXCL | O_WRONLY, 0666);
  if (!file.ok()) return refuse_errno(path_, "could not be written");
  struct stat old {};
  if (stat(target_.c_str(), &old) == 0) static_cast<void>(!fchmod(file.get(), old.st_mode & 07777));
  if (file.write_all(text) && synchronise(file.get()) && file.finish() &&
      rename(hidden.c_str(), target_.c_str()) == 0) {
    const fs::path folder = fs::path(target_).parent_path();
    const Descriptor directory(folder.empty() ? "." : folder.string(), O_RDONLY | O_DIRECTORY, 0);
    if (directory.ok()) static_cast<void>(fsync(directory.get()));
    return success();
  }
  const Error error = refuse_errno(path_, "could not be written");
  unlink(hidden.c_str());
  return error;
}

}  // namespace dwell::cli
