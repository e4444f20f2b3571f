#pragma once
// Rows of a topic as frames: the columns that somebody asked for, in the order of the schema.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "detectors/api/detector.hpp"
#include "detectors/hosts/frame.hpp"

namespace dwell::hosts {

/// Columns of one topic, by their place in the schema.
using ColumnMask = std::uint32_t;
using ColumnMasks = std::array<ColumnMask, telemetry::kTopics>;
inline constexpr ColumnMask kAllColumns = ~ColumnMask{0};

/// Rows of one frame at most: what a processor's cache holds.
inline constexpr std::size_t kFrameRows = 1U << 15;

/// Writes rows [begin, end) of a topic. Cost: a copy a value.
#define DWELL_DECLARE_ENCODE(topic, Stem, COLUMNS, meaning)                                                    \
  std::span<const std::byte> encode(FrameWriter& writer, const telemetry::Stem##Rows& rows, std::size_t begin, \
                                    std::size_t end, ColumnMask mask, std::int64_t window);
DWELL_TOPICS(DWELL_DECLARE_ENCODE)
#undef DWELL_DECLARE_ENCODE

/// Calls `take(frame)` for every frame of the topics in `topics` that have rows, in the order of the topics.
template <class Take>
void encode_all(FrameWriter& writer, const detect::WindowRows& rows, detect::TopicMask topics,
                const ColumnMasks& columns, std::int64_t window, Take take) {
  const auto each = [&](telemetry::Topic topic, const auto& of_topic) {
    if ((topics & detect::topic_bit(topic)) == 0) return;
    for (std::size_t begin = 0; begin < of_topic.size(); begin += kFrameRows) {
      const std::size_t end = std::min(of_topic.size(), begin + kFrameRows);
      take(encode(writer, of_topic, begin, end, columns[static_cast<std::size_t>(topic)], window));
    }
  };
#define DWELL_ENCODE_TOPIC(topic, Stem, COLUMNS, meaning) each(telemetry::Topic::topic, rows.topic);
  DWELL_TOPICS(DWELL_ENCODE_TOPIC)
#undef DWELL_ENCODE_TOPIC
}

}  // namespace dwell::hosts
