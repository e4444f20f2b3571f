#pragma once
// A file that is written whole or not at all.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/cli/interrupt.hpp"
#include "bench/run/descriptor.hpp"
#include "sim/core/result.hpp"

namespace dwell::cli {

/// `files` and the files behind detectors from outside, as typed after --detector: what no output may take the place
/// of.
std::vector<std::string> input_files(std::vector<std::string> files, const std::vector<std::string>& detectors);

class OutputFile {
 public:
  /// Finds out before the work whether `path` can be written: its folder exists and takes a new file, it is no folder,
  /// and it is none of the `inputs` (empty ones do not count). Links are followed. Leaves nothing behind.
  static Result<OutputFile> prepare(const std::string& path, const std::vector<std::string>& inputs);

  /// A regular file: into a hidden file of the same folder, synchronised, then renamed over the old one. Devices and
  /// pipes: straight. After an error there is no new file, and an old one is as it was.
  [[nodiscard]] Status write(std::string_view text) const;

  /// The same piece by piece: nothing is in its place before `finish`, and without it nothing remains.
  class Writer {
   public:
    explicit Writer(const OutputFile& file);
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    Status append(std::string_view text);
    Status finish();

   private:
    Status flush();
    Status refuse();
    const OutputFile& file_;
    run::Descriptor out_;
    std::string hidden_;  ///< empty: straight, or done
    std::optional<RemoveOnAbort> guard_;
    std::string buffer_;
  };

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;     ///< as given
  std::string target_;   ///< with links resolved
  bool direct_ = false;  ///< no regular file
};

}  // namespace dwell::cli
