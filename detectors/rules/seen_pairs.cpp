#include "detectors/rules/seen_pairs.hpp"

#include <algorithm>

#include "sim/core/check.hpp"

namespace dwell::detect {

SeenPairs::SeenPairs(std::uint64_t pairs, double bits_per_pair, unsigned hashes) : hashes_(hashes) {
  DWELL_DEMAND(pairs > 0 && bits_per_pair >= 1 && hashes >= 1, "filters of pairs need pairs, bits and hashes");
  const auto wanted = static_cast<std::uint64_t>(static_cast<double>(pairs) * bits_per_pair);
  words_.resize(static_cast<std::size_t>((wanted + 63) / 64));
  bits_ = words_.size() * 64;
}

/// As one filter after the other, each as Bloom saves it.
void SeenPairs::save(ByteWriter& writer) const {
  std::vector<std::uint64_t> filter(words_.size());
  for (std::uint64_t Words::*const of : {&Words::seen, &Words::again}) {
    std::transform(words_.begin(), words_.end(), filter.begin(), [of](const Words& words) { return words.*of; });
    writer.put(hashes_);
    writer.put_vector(filter);
  }
}

void SeenPairs::restore(ByteReader& reader) {
  for (std::uint64_t Words::*const of : {&Words::seen, &Words::again}) {
    const auto hashes = reader.get<std::uint32_t>();
    const auto filter = reader.get_vector<std::uint64_t>();
    if (hashes != hashes_ || filter.size() != words_.size()) return reader.fail();
    for (std::size_t i = 0; i < filter.size(); ++i) words_[i].*of = filter[i];
  }
}

}  // namespace dwell::detect
