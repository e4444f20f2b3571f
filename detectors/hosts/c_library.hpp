#pragma once
// A shared library of the C interface (detectors/api/dwell_detector.h), loaded into this process.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "detectors/api/detector.hpp"
#include "detectors/api/dwell_detector.h"
#include "detectors/hosts/frame.hpp"

namespace dwell::hosts {

class CLibrary {
 public:
  /// Errors: no shared library, no detectors in it, another version of the interface than `version`.
  static Result<std::shared_ptr<const CLibrary>> load(const std::string& file,
                                                      std::uint32_t version = DWELL_DETECTOR_ABI);
  virtual ~CLibrary() = default;
  /// A detector by name; with an empty name the only one. The error lists those there are.
  [[nodiscard]] Result<const dwell_detector*> find(const std::string& name) const;

 protected:
  CLibrary(std::string file, const dwell_library* table) : file_(std::move(file)), table_(table) {}
  static Status check(const std::string& file, const dwell_library& table, std::uint32_t version);

  std::string file_;
  const dwell_library* table_;
};

/// An instance of a detector in a library. What the detector reports as an error, or does that the interface forbids,
/// is thrown as std::runtime_error; what it throws itself comes through.
class CInstance {
 public:
  CInstance(std::shared_ptr<const CLibrary> library, const dwell_detector& detector, const detect::Setting& setting,
            std::span<const double> parameters);
  CInstance(const CInstance&) = delete;
  CInstance& operator=(const CInstance&) = delete;
  ~CInstance();

  void observe(const FrameView& batch);
  /// The scores of the window, valid until the next call.
  std::span<const dwell_score> close(const detect::WindowInfo& window, double floor, std::size_t capacity);
  [[nodiscard]] std::vector<std::byte> save() const;
  void restore(std::span<const std::byte> bytes);

 private:
  void demand(int code, const char* call) const;

  std::shared_ptr<const CLibrary> library_;  // its code is needed to the end
  const dwell_detector& detector_;
  void* instance_ = nullptr;
  std::vector<dwell_column> columns_;
  std::vector<std::string> names_;  // of columns and topic, with their zeros
  std::vector<dwell_score> scores_;
};

}  // namespace dwell::hosts
