#include "detectors/rules/last_seen.hpp"

namespace dwell::detect {

void LastSeen::begin(std::int64_t epoch, std::int64_t end_us) {
  if (epoch < epoch_) return;
  end_us_ = end_us;
  if (epoch == epoch_) return;
  if (epoch_ != kNoEpoch) {
    if (epoch - epoch_ >= kEpochs) {
      std::fill(marks_.begin(), marks_.end(), 0U);
    } else {
      for (std::int64_t next = epoch_ + 1; next <= epoch; ++next) forget(mark_of(next));
    }
  }
  epoch_ = epoch;
  mark_ = mark_of(epoch);
}

void LastSeen::forget(unsigned mark) {
  constexpr std::uint32_t ones = 0x11111111;  // the lowest bit of each of eight marks
  for (std::uint32_t& word : marks_) {
    const std::uint32_t differs = word ^ mark * ones;
    word &= ((differs | differs >> 1 | differs >> 2 | differs >> 3) & ones) * 15;
  }
}

void LastSeen::grow(std::uint64_t words) {
  const std::uint64_t most = most_ / kAWord;
  if (words > marks_.capacity())
    marks_.reserve(std::min(most, std::max<std::uint64_t>(words, marks_.capacity() * 5 / 4)));
  marks_.resize(words, 0);
  held_ = static_cast<std::uint32_t>(marks_.size() * kAWord);
}

void LastSeen::save(ByteWriter& writer) const {
  writer.put(epoch_);
  writer.put_vector(marks_);
}

Status LastSeen::restore(ByteReader& reader) {
  epoch_ = reader.get<std::int64_t>();
  marks_ = reader.get_vector<std::uint32_t>();
  held_ = static_cast<std::uint32_t>(marks_.size() * kAWord);
  if (epoch_ < 0 && epoch_ != kNoEpoch) reader.fail();
  if (epoch_ >= 0) mark_ = mark_of(epoch_);
  end_us_ = INT64_MIN;
  if (!reader.failed()) return success();
  return Error{"dormant-access", "saved shard state", "it ends early", "the bytes that save wrote"};
}

}  // namespace dwell::detect
