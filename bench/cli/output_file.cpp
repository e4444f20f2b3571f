#include "bench/cli/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "bench/cli/interrupt.hpp"
#include "bench/run/descriptor.hpp"
#include "detectors/hosts/reference.hpp"

namespace dwell::cli {
namespace {

namespace fs = std::filesystem;
using run::Descriptor;
using run::synchronise;

constexpr int kMostAttempts = 1000;
constexpr const char* kAccepted = "a file in a folder that can be written to";

Error refuse(const std::string& path, std::string found, const char* accepted = kAccepted) {
  return {path, "", std::move(found), accepted};
}
Error refuse_errno(const std::string& path, const char* what) {
  return refuse(path, std::string(what) + ": " + std::strerror(errno));
}

/// In the same folder, so that renaming is atomic; short, so that it fits where the target's name does.
std::string hidden_name(const std::string& target, int attempt) {
  const std::string number = attempt == 0 ? "" : fmt::format("-{}", attempt);
  return (fs::path(target).parent_path() / fmt::format(".dwell-{}{}.tmp", getpid(), number)).string();
}

/// Creates a hidden file beside the target and returns its name. A killed process of the same number, or a living one
/// of another machine or container, may hold some names: theirs are left alone.
std::string create_hidden(const std::string& target, mode_t mode, Descriptor& file) {
  std::string name;
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    name = hidden_name(target, attempt);
    if (file.open(name, O_CREAT | O_EXCL | O_WRONLY, mode) || errno != EEXIST) break;
  }
  return name;
}

}  // namespace

std::vector<std::string> input_files(std::vector<std::string> files, const std::vector<std::string>& detectors) {
  for (const std::string& typed : detectors) {
    if (!hosts::is_outside(typed)) continue;
    if (const auto reference = hosts::parse_reference(typed)) files.push_back(reference.value().file);
  }
  return files;
}

Result<OutputFile> OutputFile::prepare(const std::string& path, const std::vector<std::string>& inputs) {
  OutputFile out;
  out.path_ = path;
  out.target_ = path;
  struct stat info {};
  const bool exists = stat(path.c_str(), &info) == 0;
  if (!exists && errno != ENOENT) return refuse_errno(path, "cannot be written");
  if (exists && S_ISDIR(info.st_mode)) return refuse(path, "is a folder", "the name of a file");
  if (exists) {
    std::error_code ignored;
    for (const std::string& input : inputs) {
      if (!input.empty() && fs::equivalent(path, input == "-" ? "/dev/stdin" : input, ignored))
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
  Descriptor file;
  const std::string probe = create_hidden(out.target_, 0600, file);
  if (!file.ok()) return refuse_errno(path, "cannot be written");
  unlink(probe.c_str());
  return out;
}

OutputFile::Writer::Writer(const OutputFile& file) : file_(file) {
  if (file.direct_) {
    static_cast<void>(out_.open(file.target_, O_WRONLY | O_TRUNC, 0));
    return;
  }
  const std::string name = create_hidden(file.target_, 0666, out_);
  if (!out_.ok()) return;
  hidden_ = name;
  guard_.emplace(hidden_);
  struct stat old {};
  if (stat(file.target_.c_str(), &old) == 0) static_cast<void>(!fchmod(out_.get(), old.st_mode & 07777));
}

OutputFile::Writer::~Writer() {
  if (!hidden_.empty()) unlink(hidden_.c_str());
}

Status OutputFile::Writer::refuse() { return refuse_errno(file_.path_, "could not be written"); }

Status OutputFile::Writer::flush() {
  if (!out_.ok() || !out_.write_all(buffer_)) return refuse();
  buffer_.clear();
  return success();
}

Status OutputFile::Writer::append(std::string_view text) {
  constexpr std::size_t kPiece = 1U << 16;
  buffer_ += text;
  return buffer_.size() < kPiece ? success() : flush();
}

Status OutputFile::Writer::finish() {
  if (const Status flushed = flush(); !flushed) return flushed;
  if (!synchronise(out_.get()) || !out_.finish()) return refuse();
  if (hidden_.empty()) return success();
  if (rename(hidden_.c_str(), file_.target_.c_str()) != 0) return refuse();
  hidden_.clear();
  const fs::path folder = fs::path(file_.target_).parent_path();
  const Descriptor directory(folder.empty() ? "." : folder.string(), O_RDONLY | O_DIRECTORY, 0);
  if (directory.ok()) static_cast<void>(fsync(directory.get()));
  return success();
}

Status OutputFile::write(std::string_view text) const {
  Writer writer(*this);
  if (const Status written = writer.append(text); !written) return written;
  return writer.finish();
}

}  // namespace dwell::cli
