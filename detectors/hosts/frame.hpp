#pragma once
// One batch of columns as bytes: what travels between Dwell and a detector outside, and what `dwell export` writes.
//
//   offset  size  header
//        0     8  "DWELLCB1"
//        8     8  bytes of the whole frame, a multiple of 64
//       16     8  rows
//       24     4  columns
//       28     4  CRC-32 of the frame, with zeros here
//       32    24  topic, filled up with zeros
//       56     8  number of the window
//   then 64 bytes for each column: 40 of name and 8 of type, filled up with zeros, offset in the frame, bytes
//   then the columns, each at a multiple of 64; gaps are zeros
//
// Integers are little-endian. A type is written as NumPy writes it: "<i8", "<u4", "|u1", "<f8".

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "sim/core/result.hpp"
#include "sim/telemetry/batch.hpp"

namespace dwell::hosts {

inline constexpr std::size_t kAlignment = 64;
inline constexpr std::size_t kHeaderBytes = 64;
/// Nothing longer is accepted.
inline constexpr std::uint64_t kMostFrameBytes = 1ULL << 32;

template <class T>
constexpr std::string_view type_name() {
  if constexpr (std::is_same_v<T, std::int64_t>) return "<i8";
  if constexpr (std::is_same_v<T, std::uint64_t>) return "<u8";
  if constexpr (std::is_same_v<T, std::uint32_t>) return "<u4";
  if constexpr (std::is_same_v<T, std::uint16_t>) return "<u2";
  if constexpr (std::is_same_v<T, std::uint8_t>) return "|u1";
  if constexpr (std::is_same_v<T, double>) return "<f8";
}

struct ColumnSpec {
  std::string_view name;
  std::string_view type;
  std::size_t width_bytes;
};

/// Bytes at a multiple of 64, which grow and are kept.
class AlignedBytes {
 public:
  /// At least `size` bytes from now on. What they held is kept only as far as `used`.
  void reserve(std::size_t size, std::size_t used) {
    if (size <= capacity_) return;
    const std::size_t capacity = size * 2;
    bytes_.grow(used, capacity);
    capacity_ = capacity;
  }
  [[nodiscard]] std::byte* data() { return const_cast<std::byte*>(bytes_.data()); }
  [[nodiscard]] const std::byte* data() const { return bytes_.data(); }

 private:
  telemetry::Column<std::byte> bytes_;
  std::size_t capacity_ = 0;
};

/// Writes one frame at a time into memory that it keeps.
class FrameWriter {
 public:
  /// A frame of so many rows of these columns, whose values are then written through `column`.
  void begin(std::string_view topic, std::int64_t window, std::uint64_t rows, std::span<const ColumnSpec> columns);
  /// The values of the k-th column.
  template <class T>
  [[nodiscard]] T* column(std::size_t k) {
    return reinterpret_cast<T*>(bytes_.data() + offsets_[k]);
  }
  /// The frame, valid until the next `begin`.
  [[nodiscard]] std::span<const std::byte> finish();

 private:
  AlignedBytes bytes_;
  std::vector<std::size_t> offsets_;
  std::size_t size_ = 0;
};

/// A frame of bytes that mean something to a detector alone: topic "state", one column.
std::span<const std::byte> encode_bytes(FrameWriter& writer, std::span<const std::byte> bytes);

struct ColumnView {
  std::string_view name, type;
  std::span<const std::byte> bytes;
};

struct FrameView {
  std::string_view topic;
  std::int64_t window = 0;
  std::uint64_t rows = 0;
  std::vector<ColumnView> columns;  ///< kept from frame to frame
};

/// The length that a header says, for who reads a frame from a stream. Error: no header of a frame.
Result<std::uint64_t> frame_bytes(std::span<const std::byte> header);
/// Reads a frame without copying; `view` points into `frame`. Errors: damaged, cut short, a column that does not lie in
/// it.
Status read_frame(std::span<const std::byte> frame, FrameView& view);

}  // namespace dwell::hosts
