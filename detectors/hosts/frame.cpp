#include "detectors/hosts/frame.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "detectors/hosts/crc32.hpp"

namespace dwell::hosts {
namespace {

constexpr std::string_view kMagic = "DWELLCB1";
constexpr std::size_t kEntryBytes = 64, kCrcAt = 28;
constexpr std::size_t kTopicBytes = 24, kNameBytes = 40, kTypeBytes = 8;

constexpr std::size_t round_up(std::size_t size) { return (size + kAlignment - 1) / kAlignment * kAlignment; }

template <class T>
void put(std::byte* at, T value) {
  std::memcpy(at, &value, sizeof value);
}
template <class T>
T get(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

/// In a field that is all zeros.
void put_text(std::byte* at, std::string_view text, std::size_t room) {
  std::memcpy(at, text.data(), std::min(text.size(), room - 1));
}
/// Of a frame whose field for it may hold anything.
std::uint32_t crc_of(std::span<const std::byte> frame) {
  std::array<std::byte, kHeaderBytes> header;
  std::memcpy(header.data(), frame.data(), kHeaderBytes);
  put<std::uint32_t>(header.data() + kCrcAt, 0);
  return crc32(frame.subspan(kHeaderBytes), crc32(header));
}

std::string_view get_text(const std::byte* at, std::size_t room) {
  const std::string_view field(reinterpret_cast<const char*>(at), room);
  return field.substr(0, field.find('\0'));
}

Error damaged(std::string what) { return {"", "frame", std::move(what), "a whole frame of PROTOCOL.md"}; }

}  // namespace

void FrameWriter::begin(std::string_view topic, std::int64_t window, std::uint64_t rows,
                        std::span<const ColumnSpec> columns) {
  const auto count = static_cast<std::size_t>(rows);
  offsets_.clear();
  const std::size_t table_end = kHeaderBytes + columns.size() * kEntryBytes;
  size_ = table_end;
  for (const ColumnSpec& column : columns) {
    offsets_.push_back(size_);
    size_ += round_up(count * column.width_bytes);
  }
  bytes_.reserve(size_, 0);
  std::byte* const frame = bytes_.data();
  std::memset(frame, 0, table_end);
  std::memcpy(frame, kMagic.data(), kMagic.size());
  put<std::uint64_t>(frame + 8, size_);
  put<std::uint64_t>(frame + 16, rows);
  put<std::uint32_t>(frame + 24, static_cast<std::uint32_t>(columns.size()));
  put_text(frame + 32, topic, kTopicBytes);
  put<std::int64_t>(frame + 56, window);
  for (std::size_t k = 0; k < columns.size(); ++k) {
    std::byte* const entry = frame + kHeaderBytes + k * kEntryBytes;
    const std::size_t bytes = count * columns[k].width_bytes;
    put_text(entry, columns[k].name, kNameBytes);
    put_text(entry + kNameBytes, columns[k].type, kTypeBytes);
    put<std::uint64_t>(entry + 48, offsets_[k]);
    put<std::uint64_t>(entry + 56, bytes);
    std::memset(frame + offsets_[k] + bytes, 0, round_up(bytes) - bytes);
  }
}

std::span<const std::byte> FrameWriter::finish() {
  const std::span<const std::byte> frame(bytes_.data(), size_);
  put<std::uint32_t>(bytes_.data() + kCrcAt, crc_of(frame));
  return frame;
}

std::span<const std::byte> encode_bytes(FrameWriter& writer, std::span<const std::byte> bytes) {
  const ColumnSpec column{"bytes", type_name<std::uint8_t>(), 1};
  writer.begin("state", 0, bytes.size(), {&column, 1});
  if (!bytes.empty()) std::memcpy(writer.column<std::uint8_t>(0), bytes.data(), bytes.size());
  return writer.finish();
}

Result<std::uint64_t> frame_bytes(std::span<const std::byte> header) {
  if (header.size() < kHeaderBytes || std::memcmp(header.data(), kMagic.data(), kMagic.size()) != 0) {
    return damaged("no header of a frame");
  }
  const auto bytes = get<std::uint64_t>(header.data() + 8);
  if (bytes < kHeaderBytes || bytes % kAlignment != 0 || bytes > kMostFrameBytes) {
    return damaged(fmt::format("a length of {} bytes", bytes));
  }
  return bytes;
}

Status read_frame(std::span<const std::byte> frame, FrameView& view) {
  const auto bytes = frame_bytes(frame);
  if (!bytes) return bytes.error();
  if (bytes.value() != frame.size()) {
    return damaged(fmt::format("{} of {} bytes", frame.size(), bytes.value()));
  }
  const auto columns = get<std::uint32_t>(frame.data() + 24);
  if (columns > (frame.size() - kHeaderBytes) / kEntryBytes) return damaged(fmt::format("{} columns", columns));
  if (crc_of(frame) != get<std::uint32_t>(frame.data() + kCrcAt)) return damaged("another CRC");
  view.rows = get<std::uint64_t>(frame.data() + 16);
  view.topic = get_text(frame.data() + 32, kTopicBytes);
  view.window = get<std::int64_t>(frame.data() + 56);
  view.columns.clear();
  const std::size_t table_end = kHeaderBytes + columns * kEntryBytes;
  for (std::uint32_t k = 0; k < columns; ++k) {
    const std::byte* const entry = frame.data() + kHeaderBytes + k * kEntryBytes;
    const auto offset = get<std::uint64_t>(entry + 48);
    const auto size = get<std::uint64_t>(entry + 56);
    ColumnView column{get_text(entry, kNameBytes), get_text(entry + kNameBytes, kTypeBytes), {}};
    const auto width = column.type.size() == 3 ? static_cast<std::uint64_t>(column.type[2] - '0') : 0;
    const bool fits = offset >= table_end && offset % kAlignment == 0 && offset <= frame.size() &&
                      size <= frame.size() - offset && width >= 1 && width <= 8 && size % width == 0 &&
                      size / width == view.rows;
    if (!fits) return damaged(fmt::format("a column \"{}\" that does not lie in it", column.name));
    column.bytes = frame.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
    view.columns.push_back(column);
  }
  return success();
}

}  // namespace dwell::hosts
