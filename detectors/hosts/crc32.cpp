#include "detectors/hosts/crc32.hpp"

#include <array>
#include <cstring>

namespace dwell::hosts {
namespace {

constexpr std::size_t kStep = 16;
using Tables = std::array<std::array<std::uint32_t, 256>, kStep>;

constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
    tables[0][byte] = crc;
  }
  for (std::size_t t = 1; t < kStep; ++t) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[t - 1][byte];
      tables[t][byte] = before >> 8 ^ tables[0][before & 255U];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

}  // namespace

std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t before) {
  std::uint32_t crc = ~before;
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= kStep; left -= kStep, at += kStep) {
    std::array<std::uint32_t, 4> words;
    std::memcpy(words.data(), at, kStep);
    words[0] ^= crc;
    crc = 0;
    for (std::size_t w = 0; w < words.size(); ++w) {
      for (std::size_t b = 0; b < 4; ++b) crc ^= kTables[kStep - 1 - (4 * w + b)][words[w] >> (8 * b) & 255U];
    }
  }
  for (; left > 0; --left, ++at) crc = crc >> 8 ^ kTables[0][(crc ^ std::to_integer<std::uint32_t>(*at)) & 255U];
  return ~crc;
}

}  // namespace dwell::hosts
