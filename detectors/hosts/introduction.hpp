#pragma once
// What a detector from outside says of itself before it sees a row, and how that travels.

#include <nlohmann/json_fwd.hpp>

#include "detectors/api/detector.hpp"
#include "detectors/api/dwell_detector.h"
#include "detectors/hosts/reference.hpp"
#include "detectors/hosts/row_frames.hpp"

namespace dwell::hosts {

/// The rows that scores may take in a window.
inline constexpr std::size_t kMostScores = 1U << 16;
/// What a host needs for its own buffers beside the detector's state.
inline constexpr std::uint64_t kHostBytes = 16U << 20;
/// What the wire may take of an event beside the detector, where a window has few of them.
inline constexpr double kWireNs = 20'000;

struct Introduction {
  /// Its bounds count the host's buffers and the wire; its parameters are set as was typed.
  detect::Descriptor descriptor;
  ColumnMasks columns{};
  bool saves = false;
};

/// Lists with commas, as users and detectors write them: topics; pages by name, "all" or "member-data". Errors: what
/// was found and the names there are.
Result<detect::TopicMask> read_topics(const std::string& list);
Result<detect::PageMask> read_pages(const std::string& list);

/// The `hello` of a detector in a library.
nlohmann::json hello_of(const dwell_detector& detector);
/// Reads a `hello`. Errors name the file and what of it is wrong.
Result<Introduction> read_hello(const nlohmann::json& hello, const Reference& reference);

}  // namespace dwell::hosts
