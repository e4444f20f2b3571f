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

inline constexpr std::uint32_t kCheckpointVersion = 2;

/// What a part of a checkpoint says of the whole. All parts of one agree but for `part` and `events`.
struct CheckpointHead {
  std::uint32_t part = 0;
  std::uint32_t parts = 1;
  std::int64_t lookahead_us = 0;
  std::int64_t end_us = 0;
  std::uint64_t processes = 0;
  std::int64_t windows = 0;  ///< that were run
  std::uint64_t events = 0;  ///< handled, by the processes of the part since they had windows

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

/// Writes one part: the head, then each process, then the end.
class CheckpointWriter {
 public:
  CheckpointWriter(std::ostream& out, const CheckpointHead& head);
  void add(const ProcessImage& image);
  /// Ends the part with the stamp of the whole run's state, so that parts of different runs are not mixed. Success when
  /// everything reached the stream.
  Status finish(std::uint64_t stamp);
  /// Of the processes added: a digest of all they hold, mixed with the id. Their sum over all parts tells one state of
  /// a run from another.
  [[nodiscard]] std::uint64_t stamp() const { return stamp_; }

 private:
  /// Returns the content's digest.
  std::uint64_t section(std::uint32_t kind, std::uint32_t id, std::span<const std::byte> content);
  std::ostream& out_;
  std::uint64_t written_ = 0;
  std::uint64_t stamp_ = 0;
};

/// Reads parts from a stream until it ends. Nothing read is believed before its digest was right.
class CheckpointReader {
 public:
  explicit CheckpointReader(std::istream& in) : in_(in) {}
  /// The head of the next part; nothing at the end of the stream.
  Result<std::optional<CheckpointHead>> next_part();
  /// The next process of the part of which `wanted(id)` is true; nothing at the end of the part.
  Result<std::optional<ProcessImage>> next_process(const std::function<bool(std::uint32_t)>& wanted);
  /// Of the wanted processes so far, of all parts; and of the whole, as the part says whose end was read last.
  [[nodiscard]] std::uint64_t stamp() const { return stamp_; }
  [[nodiscard]] std::uint64_t stamp_of_all() const { return stamp_of_all_; }

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
  std::uint64_t stamp_ = 0, stamp_of_all_ = 0;
  std::string where_;
};

/// What is wrong with an image as of a process in a run at this point; empty when nothing is.
std::string fault_of(const ProcessImage& image, const CheckpointHead& head);

}  // namespace dwell::kernel
