#pragma once
// A checkpoint of an engine between two windows as bytes: for those who write an engine. README.md gives the layout.

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/core/result.hpp"
#include "sim/kernel/event.hpp"

namespace dwell::kernel {

inline constexpr std::uint32_t kCheckpointVersion = 1;

/// What a part of a checkpoint says of the whole. All parts of one agree but for `part` and `events`.
struct CheckpointHead {
  std::uint32_t part = 0;
  std::uint32_t parts = 1;
  std::int64_t lookahead_us = 0;
  std::int64_t end_us = 0;
  std::uint64_t processes = 0;
  std::int64_t windows = 0;  ///< that were run
  std::uint64_t events = 0;  ///< handled, by the processes of the part since they had windows
  std::uint64_t stamp = 0;   ///< of the whole run's state, so that parts of different runs are not mixed

  friend bool operator==(const CheckpointHead&, const CheckpointHead&) = default;
};

/// A pending event; the target is the process it is saved with.
struct SavedEvent {
  std::int64_t time_us;
  std::uint64_t order;
  std::uint32_t data;      ///< 0 when it has a body
  std::uint32_t has_body;  ///< 0 or 1
};

/// All there is of one process.
struct ProcessImage {
  std::uint32_t id = 0;
  std::string name;
  std::uint64_t sequence = 0;
  std::vector<SavedEvent> pending;  ///< in the total order
  std::vector<Body> bodies;         ///< of the pending events that have one, in their order
  std::vector<std::byte> state;     ///< what Process::save wrote
};

/// A digest of all that it holds, mixed with its id: their sum over all processes tells one state of a run from
/// another.
std::uint64_t stamp_of(const ProcessImage& image);

/// Writes one part: the head, then each process, then the end.
class CheckpointWriter {
 public:
  CheckpointWriter(std::ostream& out, const CheckpointHead& head);
  void add(const ProcessImage& image);
  /// Success when everything reached the stream.
  Status finish();

 private:
  void section(std::uint32_t kind, std::uint32_t id, std::span<const std::byte> content);
  std::ostream& out_;
  std::uint64_t written_ = 0;
};

/// Reads parts from a stream until it ends. Nothing read is believed before its digest was right.
class CheckpointReader {
 public:
  explicit CheckpointReader(std::istream& in) : in_(in) {}
  /// The head of the next part; nothing at the end of the stream.
  Result<std::optional<CheckpointHead>> next_part();
  /// The next process of the part of which `wanted(id)` is true; nothing at the end of the part.
  Result<std::optional<ProcessImage>> next_process(const std::function<bool(std::uint32_t)>& wanted);

 private:
  struct Section {
    std::uint32_t kind, id;
    std::uint64_t length, digest;
  };
  Result<Section> next_section();
  Result<std::vector<std::byte>> content_of(const Section& section);
  [[nodiscard]] Error error(std::string found, std::string accepted) const;

  std::istream& in_;
  CheckpointHead head_;
  std::uint64_t part_count_ = 0;
  std::uint64_t sections_ = 0;  // processes of the part so far
  std::string where_;
};

/// What is wrong with an image as of a process in a run at this point; empty when nothing is.
std::string fault_of(const ProcessImage& image, const CheckpointHead& head);

}  // namespace dwell::kernel
