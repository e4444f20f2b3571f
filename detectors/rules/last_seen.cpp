#include "detectors/rules/last_seen.hpp"

#include <array>

namespace dwell::detect {

void LastSeen::begin(std::int64_t epoch) {
  if (epoch <= epoch_) return;
  if (epoch_ != kNoEpoch) {
    if (epoch - epoch_ >= kEpochs) {
      std::fill(marks_.begin(), marks_.end(), std::uint8_t{0});
    } else {
      for (std::int64_t next = epoch_ + 1; next <= epoch; ++next) forget(mark_of(next));
    }
  }
  epoch_ = epoch;
  mark_ = mark_of(epoch);
}

void LastSeen::forget(unsigned mark) {
  std::array<std::uint8_t, 256> without{};
  for (unsigned pair = 0; pair < without.size(); ++pair) {
    const unsigned low = (pair & 15U) == mark ? 0 : pair & 15U;
    const unsigned high = pair >> 4U == mark ? 0 : pair >> 4U;
    without[pair] = static_cast<std::uint8_t>(high << 4U | low);
  }
  for (std::uint8_t& pair : marks_) pair = without[pair];
}

void LastSeen::grow(std::uint64_t bytes) {
  const std::uint64_t most = most_ / 2 + 1;
  if (bytes > marks_.capacity())
    marks_.reserve(std::min(most, std::max<std::uint64_t>(bytes, marks_.capacity() * 5 / 4)));
  marks_.resize(bytes, 0);
}

void LastSeen::save(ByteWriter& writer) const {
  writer.put(epoch_);
  writer.put_vector(marks_);
}

Status LastSeen::restore(ByteReader& reader) {
  epoch_ = reader.get<std::int64_t>();
  marks_ = reader.get_vector<std::uint8_t>();
  if (epoch_ < 0 && epoch_ != kNoEpoch) reader.fail();
  if (epoch_ >= 0) mark_ = mark_of(epoch_);
  if (!reader.failed()) return success();
  return Error{"dormant-access", "saved shard state", "it ends early", "the bytes that save wrote"};
}

}  // namespace dwell::detect
