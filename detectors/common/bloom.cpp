#include "detectors/common/bloom.hpp"

#include <algorithm>
#include <bit>

#include "sim/core/check.hpp"
#include "sim/core/digest.hpp"

namespace dwell::detect {
namespace {

__extension__ using Wide = unsigned __int128;

/// The probe positions of a key: a 64-bit walk whose high bits choose the place.
struct Walk {
  explicit Walk(std::uint64_t key) : at(mix64(key ^ 0x6a09e667f3bcc909ULL)), step(mix64(at) | 1U) {}
  std::uint64_t next(std::uint64_t bits) {
    const std::uint64_t place = static_cast<std::uint64_t>((static_cast<Wide>(at) * bits) >> 64);
    at += step;
    return place;
  }
  std::uint64_t at;
  std::uint64_t step;
};

}  // namespace

Bloom::Bloom(std::uint64_t keys, double bits_per_key, unsigned hashes) : hashes_(hashes) {
  DWELL_DEMAND(keys > 0 && bits_per_key >= 1 && hashes >= 1, "a Bloom filter needs keys, bits and hashes");
  const auto wanted = static_cast<std::uint64_t>(static_cast<double>(keys) * bits_per_key);
  words_.assign(static_cast<std::size_t>((wanted + 63) / 64), 0);
  bits_ = words_.size() * 64;
}

void Bloom::add(std::uint64_t key) {
  Walk walk(key);
  for (std::uint32_t i = 0; i < hashes_; ++i) {
    const std::uint64_t place = walk.next(bits_);
    words_[place / 64] |= 1ULL << (place % 64);
  }
}

bool Bloom::contains(std::uint64_t key) const {
  Walk walk(key);
  for (std::uint32_t i = 0; i < hashes_; ++i) {
    const std::uint64_t place = walk.next(bits_);
    if ((words_[place / 64] >> (place % 64) & 1U) == 0) return false;
  }
  return hashes_ > 0;
}

void Bloom::merge(const Bloom& other) {
  DWELL_DEMAND(bits_ == other.bits_ && hashes_ == other.hashes_, "Bloom filters to merge must be made alike");
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
}

void Bloom::clear() { std::fill(words_.begin(), words_.end(), 0); }

double Bloom::fill() const {
  std::uint64_t set = 0;
  for (const std::uint64_t word : words_) set += static_cast<std::uint64_t>(std::popcount(word));
  return bits_ == 0 ? 0 : static_cast<double>(set) / static_cast<double>(bits_);
}

void Bloom::save(ByteWriter& writer) const {
  writer.put(hashes_);
  writer.put_vector(words_);
}

void Bloom::restore(ByteReader& reader) {
  hashes_ = reader.get<std::uint32_t>();
  words_ = reader.get_vector<std::uint64_t>();
  bits_ = words_.size() * 64;
}

}  // namespace dwell::detect
