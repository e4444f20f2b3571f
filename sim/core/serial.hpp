#pragma once
// Saving and restoring state as bytes: fixed little-endian widths, no padding, no addresses.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "sim/core/result.hpp"

namespace dwell {

static_assert(std::endian::native == std::endian::little, "saved state is little-endian");

/// What may be saved as it lies in memory: no padding (its bytes would be random), no addresses. A struct with a
/// floating-point member does not qualify: save its members one by one.
template <class T>
concept Storable =
    std::is_trivially_copyable_v<T> && !std::is_pointer_v<T> &&
    (std::has_unique_object_representations_v<T> || std::is_same_v<T, float> || std::is_same_v<T, double>);

/// Collects bytes. Cost: one copy.
class ByteWriter {
 public:
  template <Storable T>
  void put(const T& value) {
    raw(&value, sizeof value);
  }
  void put_string(std::string_view text);
  /// Length, then the elements.
  template <Storable T>
  void put_vector(const std::vector<T>& values) {
    put_all(std::span<const T>(values));
  }
  template <Storable T>
  void put_all(std::span<const T> values) {
    put(static_cast<std::uint64_t>(values.size()));
    raw(values.data(), values.size() * sizeof(T));
  }
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

 private:
  void raw(const void* data, std::size_t size) {
    if (size == 0) return;
    const std::size_t at = bytes_.size();
    bytes_.resize(at + size);
    std::memcpy(bytes_.data() + at, data, size);
  }
  std::vector<std::byte> bytes_;
};

/// Reads what ByteWriter wrote. Reading past the end sets `failed` for good: from then on every read yields zero or
/// nothing, so a caller may check once, by finish(), provided that it never loops up to a number it read.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}
  template <Storable T>
  T get() {
    if constexpr (std::is_same_v<T, bool>) {
      return get<std::uint8_t>() != 0;  // a damaged byte must not become a bool that is neither
    } else {
      T value{};
      raw(&value, sizeof value);
      return value;
    }
  }
  std::string get_string();
  template <Storable T>
  std::vector<T> get_vector() {
    const auto count = get<std::uint64_t>();
    if (failed_ || count > remaining() / sizeof(T)) {
      failed_ = true;
      return {};
    }
    std::vector<T> values(static_cast<std::size_t>(count));
    raw(values.data(), values.size() * sizeof(T));
    return values;
  }
  /// What put_all or put_vector wrote of bytes, without a copy: as long as the bytes read last.
  std::span<const std::byte> get_bytes() {
    const auto count = get<std::uint64_t>();
    if (count > remaining()) failed_ = true;
    return get_bytes(static_cast<std::size_t>(count));
  }
  std::span<const std::byte> get_bytes(std::size_t size) {
    if (failed_ || size > remaining()) {
      failed_ = true;
      return {};
    }
    at_ += size;
    return bytes_.subspan(at_ - size, size);
  }
  [[nodiscard]] bool failed() const { return failed_; }
  /// What was read is no use to the caller: as if the end had been passed.
  void fail() { failed_ = true; }
  [[nodiscard]] std::size_t remaining() const { return bytes_.size() - at_; }
  /// success() if everything was read and nothing was missing.
  [[nodiscard]] Status finish(std::string_view what) const;

 private:
  void raw(void* data, std::size_t size) {
    if (failed_ || size > remaining()) {
      failed_ = true;
      return;
    }
    if (size != 0) std::memcpy(data, bytes_.data() + at_, size);
    at_ += size;
  }
  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

/// An error as bytes, and back.
void put(ByteWriter& writer, const Error& error);
Error get_error(ByteReader& reader);

}  // namespace dwell
