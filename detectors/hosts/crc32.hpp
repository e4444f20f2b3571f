#pragma once
// CRC-32 of ISO 3309 (the one of zlib and PNG), sixteen bytes a step by tables.

#include <cstddef>
#include <cstdint>
#include <span>

namespace dwell::hosts {

/// Of `bytes`, or of bytes that follow those of which `before` is the CRC. About a byte a cycle and more.
std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t before = 0);

}  // namespace dwell::hosts
