#include "detectors/common/sliding_count_min.hpp"

#include <algorithm>

namespace dwell::detect {

SlidingCountMin::SlidingCountMin(const CountMin& empty, std::size_t parts)
    : present_(empty), past_(empty), parts_(parts) {
  list_touched();
}

void SlidingCountMin::move_on() {
  const std::span<std::uint32_t> present = present_.cells();
  const std::span<std::uint32_t> past = past_.cells();
  std::vector<Cell>& part = parts_[oldest_];
  for (const Cell& cell : part) past[cell.place] -= cell.count;
  part.resize(touched_size_);
  for (std::size_t i = 0; i < touched_size_; ++i) {
    std::uint32_t& count = present[touched_[i]];
    part[i] = {touched_[i], count};
    past[touched_[i]] += count;
    count = 0;
  }
  touched_size_ = 0;
  oldest_ = (oldest_ + 1) % parts_.size();
}

std::uint64_t SlidingCountMin::bytes() const {
  std::uint64_t bytes = present_.bytes() + past_.bytes() + touched_.capacity() * sizeof(std::uint32_t);
  for (const std::vector<Cell>& part : parts_) bytes += part.capacity() * sizeof(Cell) + sizeof part;
  return bytes;
}

void SlidingCountMin::save(ByteWriter& writer) const {
  present_.save(writer);
  past_.save(writer);
  writer.put(static_cast<std::uint64_t>(oldest_));
  for (std::vector<Cell> part : parts_) {
    std::sort(part.begin(), part.end(), [](const Cell& a, const Cell& b) { return a.place < b.place; });
    writer.put_vector(part);
  }
}

void SlidingCountMin::restore(ByteReader& reader) {
  const CountMin own = present_;
  present_.restore(reader);
  past_.restore(reader);
  oldest_ = reader.get<std::uint64_t>();
  for (std::vector<Cell>& part : parts_) {
    part = reader.get_vector<Cell>();
    for (const Cell& cell : part) {
      if (cell.place >= own.cells().size()) reader.fail();
    }
  }
  if (!present_.made_like(own) || !past_.made_like(own) || oldest_ >= parts_.size()) reader.fail();
  if (reader.failed()) return;
  list_touched();
}

void SlidingCountMin::list_touched() {
  const std::span<const std::uint32_t> cells = present_.cells();
  touched_.resize(cells.size() + 1);
  touched_size_ = 0;
  for (std::uint32_t place = 0; place < cells.size(); ++place) {
    touched_[touched_size_] = place;
    touched_size_ += cells[place] != 0 ? 1 : 0;
  }
}

}  // namespace dwell::detect
