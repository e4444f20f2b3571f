#include "detectors/common/bloom.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "sim/core/check.hpp"

namespace dwell::detect {

Bloom::Bloom(std::uint64_t keys, double bits_per_key, unsigned hashes) : hashes_(hashes) {
  DWELL_DEMAND(keys > 0 && bits_per_key >= 1 && hashes >= 1, "a Bloom filter needs keys, bits and hashes");
  const auto wanted = static_cast<std::uint64_t>(static_cast<double>(keys) * bits_per_key);
  words_.assign(static_cast<std::size_t>((wanted + 63) / 64), 0);
  bits_ = words_.size() * 64;
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
  const auto hashes = reader.get<std::uint32_t>();
  auto words = reader.get_vector<std::uint64_t>();
  if (hashes != hashes_ || words.size() != words_.size()) return reader.fail();
  words_ = std::move(words);
}

}  // namespace dwell::detect
