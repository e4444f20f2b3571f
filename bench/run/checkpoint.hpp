#pragma once
// Where a study stands, in a folder: what was asked, and for each of its runs either what it found or how far it is.
//
// Every file is replaced whole: written beside its place, synchronised, renamed. So whatever ends the program, the
// folder holds the newest state that was complete. Files carry a format version, the revision that wrote them, the
// digest of what was asked, their own name, length and digest: a file of another study is refused.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/run/descriptor.hpp"
#include "sim/core/result.hpp"

namespace dwell::run {

class CheckpointFolder {
 public:
  /// Makes the folder if need be. Refused: one that holds checkpoints already, a place that cannot be written to.
  static Result<CheckpointFolder> create(const std::string& path);
  /// Refused: a folder without a study in it, or of another revision of Dwell, or, when all are checked, with
  /// a file of a run that `get` would refuse.
  static Result<CheckpointFolder> open(const std::string& path, bool check_all = true);

  /// Keeps other programs off until the last copy of this object goes. Refused: another one holds it.
  [[nodiscard]] Status hold();

  /// Writes the file that says what was asked. First of all, and once: the others are marked with its digest.
  [[nodiscard]] Status begin(std::span<const std::byte> asked);
  /// Replaces the file `name`, or leaves it as it was and says why.
  [[nodiscard]] Status put(std::string_view name, std::span<const std::byte> content) const;
  /// The content of `name`; nothing when there is no such file. Refused: a truncated, damaged, foreign or newer file.
  [[nodiscard]] Result<std::optional<std::vector<std::byte>>> get(std::string_view name) const;
  void remove(std::string_view name) const;

  [[nodiscard]] const std::string& path() const { return path_; }
  /// The file that says what was asked.
  static constexpr std::string_view kStudy = "study";

 private:
  explicit CheckpointFolder(std::string path) : path_(std::move(path)) {}
  [[nodiscard]] std::string file_of(std::string_view name) const;
  std::string path_;
  std::uint64_t study_ = 0;  // digest of what was asked
  std::shared_ptr<const Descriptor> lock_;
};

}  // namespace dwell::run
