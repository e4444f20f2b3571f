#pragma once
// Saving vectors of plain structs that hold floating-point numbers, as words.

#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

#include "sim/core/serial.hpp"

namespace dwell::detect {

/// Structs without padding, a multiple of eight bytes: the caller sees to it that members fill them.
template <class T>
concept Record = std::is_trivially_copyable_v<T> && sizeof(T) % 8 == 0;

template <Record T>
void put_records(ByteWriter& writer, std::span<const T> records) {
  std::vector<std::uint64_t> words(records.size() * (sizeof(T) / 8));
  if (!words.empty()) std::memcpy(words.data(), records.data(), words.size() * 8);
  writer.put_vector(words);
}

template <Record T>
void put_records(ByteWriter& writer, const std::vector<T>& records) {
  put_records(writer, std::span<const T>(records));
}

template <Record T>
std::vector<T> get_records(ByteReader& reader) {
  const std::vector<std::uint64_t> words = reader.get_vector<std::uint64_t>();
  std::vector<T> records(words.size() / (sizeof(T) / 8));
  if (!records.empty()) std::memcpy(static_cast<void*>(records.data()), words.data(), records.size() * sizeof(T));
  return records;
}

}  // namespace dwell::detect
