#include "bench/run/checkpoint.hpp"

#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "bench/run/build_info.hpp"
#include "bench/run/descriptor.hpp"
#include "sim/core/byte_digest.hpp"
#include "sim/core/serial.hpp"

namespace dwell::run {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "dwell checkpoint";
constexpr std::uint32_t kFormat = 2;
constexpr const char* kSuffix = ".checkpoint";
constexpr std::size_t kLargestFile = std::size_t{1} << 40;

std::string reason() { return std::strerror(errno); }

std::span<const char> characters(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Everything in a file but its content, which follows.
std::vector<std::byte> header(std::uint64_t study, std::string_view name, std::span<const std::byte> content) {
  ByteWriter writer;
  writer.put_string(kMagic);
  writer.put(kFormat);
  writer.put_string(kRevision);
  writer.put(study);
  writer.put_string(name);
  writer.put(static_cast<std::uint64_t>(content.size()));
  writer.put(digest_of(content));
  return {writer.bytes().begin(), writer.bytes().end()};
}

/// `study`: nullptr for the file that says what was asked, which is marked with its own digest.
Status check(const std::string& file, const std::uint64_t* study, std::string_view name,
             std::span<const std::byte> bytes, std::size_t& content_at) {
  const auto refuse = [&](std::string found, std::string accepted) {
    return Status(Error{file, "", std::move(found), std::move(accepted)});
  };
  const std::string whole = "a checkpoint as it was written; an earlier copy, or the study from its start";
  ByteReader reader(bytes);
  if (reader.get_string() != kMagic)
    return refuse("is no checkpoint of Dwell", "a file that `dwell run --checkpoint` wrote");
  const auto format = reader.get<std::uint32_t>();
  if (format > kFormat && !reader.failed())
    return refuse(fmt::format("was written by a newer Dwell, in format {}", format), fmt::format("format {}", kFormat));
  const std::string revision = reader.get_string();
  const auto own_study = reader.get<std::uint64_t>();
  const std::string own_name = reader.get_string();
  const auto size = reader.get<std::uint64_t>();
  const auto digest = reader.get<std::uint64_t>();
  if (reader.failed()) return refuse("ends within its header", whole);
  if (format != kFormat) return refuse(fmt::format("has format {}", format), fmt::format("format {}", kFormat));
  if (revision != kRevision) {
    return refuse("was written by revision " + revision,
                  fmt::format("one of this revision, {}: states of different revisions do not fit", kRevision));
  }
  if (own_name != name) return refuse("holds \"" + own_name + "\"", "the file \"" + std::string(name) + "\"");
  if (own_study != (study == nullptr ? digest : *study)) {
    return refuse("is of another study, or of this one asked with other options",
                  "the files that one study wrote, all in one folder");
  }
  if (size != reader.remaining()) {
    return refuse(fmt::format("has {} bytes of content where {} were written", reader.remaining(), size), whole);
  }
  content_at = bytes.size() - reader.remaining();
  if (digest_of(bytes.subspan(content_at)) != digest) return refuse("is damaged: its digest does not match", whole);
  return success();
}

/// "run-0007" or "run-0007-done"; other files are somebody's copies.
bool is_of_a_run(std::string_view name) {
  if (name.ends_with("-done")) name.remove_suffix(5);
  if (!name.starts_with("run-")) return false;
  name.remove_prefix(4);
  return name.size() >= 4 && name.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

Result<CheckpointFolder> CheckpointFolder::create(const std::string& path) {
  std::error_code problem;
  fs::create_directories(path, problem);
  if (problem) return Error{path, "", "cannot be made: " + problem.message(), "a folder that can be written to"};
  CheckpointFolder folder(path);
  if (fs::exists(folder.file_of(kStudy), problem)) {
    return Error{path, "", "holds a study already", "another folder, or `dwell resume " + path + "`"};
  }
  for (fs::directory_iterator at(path, problem), end; !problem && at != end; at.increment(problem)) {
    if (at->path().extension() == kSuffix) {
      return Error{at->path().string(), "", "is of another study", "a folder without checkpoints"};
    }
  }
  const std::string probe = folder.file_of("probe");
  {
    const Descriptor file(probe, O_CREAT | O_WRONLY | O_TRUNC, 0600);
    if (!file.ok()) return Error{path, "", "cannot be written to: " + reason(), "a folder that can be written to"};
  }
  unlink(probe.c_str());
  return folder;
}

Result<CheckpointFolder> CheckpointFolder::open(const std::string& path, bool check_all) {
  CheckpointFolder folder(path);
  const auto study = folder.get(kStudy);
  if (!study) return study.error();
  if (!study.value()) return Error{path, "", "holds no study", "the folder that was given to --checkpoint"};
  folder.study_ = digest_of(*study.value());
  // A file that is damaged is better known now than after hours.
  std::error_code problem;
  for (fs::directory_iterator at(path, problem), end; check_all && !problem && at != end; at.increment(problem)) {
    if (at->path().extension() != kSuffix || !is_of_a_run(at->path().stem().string())) continue;
    if (const auto file = folder.get(at->path().stem().string()); !file) return file.error();
  }
  return folder;
}

Status CheckpointFolder::hold() {
  const std::string name = (fs::path(path_) / "lock").string();
  auto lock = std::make_shared<const Descriptor>(name, O_CREAT | O_WRONLY, 0666);
  if (!lock->ok()) return Error{name, "", "cannot be written: " + reason(), "a folder that can be written to"};
  if (flock(lock->get(), LOCK_EX | LOCK_NB) != 0) {
    return Error{path_, "", "is in use by another dwell", "a study that nobody else goes on with"};
  }
  lock_ = std::move(lock);
  return success();
}

std::string CheckpointFolder::file_of(std::string_view name) const {
  return (fs::path(path_) / (std::string(name) + kSuffix)).string();
}

Status CheckpointFolder::begin(std::span<const std::byte> asked) {
  study_ = digest_of(asked);
  return put(kStudy, asked);
}

Status CheckpointFolder::put(std::string_view name, std::span<const std::byte> content) const {
  const std::string target = file_of(name);
  const std::string beside = target + ".part";
  const auto fail = [&] {
    const Error error{target, "", "could not be written: " + reason(), "a disk with room for it"};
    unlink(beside.c_str());
    return Status(error);
  };
  Descriptor file(beside, O_CREAT | O_WRONLY | O_TRUNC, 0666);
  if (!file.ok()) return fail();
  const std::vector<std::byte> head = header(study_, name, content);
  if (!file.write_all(characters(head)) || !file.write_all(characters(content)) || !synchronise(file.get()) ||
      !file.finish() || std::rename(beside.c_str(), target.c_str()) != 0) {
    return fail();
  }
  const Descriptor directory(path_, O_RDONLY | O_DIRECTORY, 0);
  if (directory.ok()) static_cast<void>(fsync(directory.get()));
  return success();
}

Result<std::optional<std::vector<std::byte>>> CheckpointFolder::get(std::string_view name) const {
  const std::string path = file_of(name);
  const Descriptor file(path, O_RDONLY | O_NONBLOCK, 0);  // what is no file must not be waited for
  if (!file.ok()) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<std::vector<std::byte>>{};
    return Error{path, "", "cannot be read: " + reason(), "a readable file"};
  }
  struct stat info {};
  if (fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return Error{path, "", "is no file", "a checkpoint"};
  const auto size = static_cast<std::size_t>(info.st_size);
  if (size > kLargestFile) return Error{path, "", "is too large to be a checkpoint", "a checkpoint"};
  std::vector<std::byte> bytes(size);
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t n = ::read(file.get(), bytes.data() + at, bytes.size() - at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return Error{path, "", n == 0 ? "became shorter" : "cannot be read: " + reason(), "a readable file"};
    at += static_cast<std::size_t>(n);
  }
  std::size_t content_at = 0;
  const std::uint64_t* const study = name == kStudy ? nullptr : &study_;
  if (const Status fits = check(path, study, name, bytes, content_at); !fits) return fits.error();
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(content_at));
  return std::optional(std::move(bytes));
}

void CheckpointFolder::remove(std::string_view name) const { unlink(file_of(name).c_str()); }

}  // namespace dwell::run
