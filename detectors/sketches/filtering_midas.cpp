#include "detectors/sketches/filtering_midas.hpp"

#include "sim/core/digest.hpp"

namespace dwell::detect {

FilteringMidas::FilteringMidas(std::uint32_t rows, std::uint32_t columns, double alpha, double threshold,
                               std::uint64_t salt)
    : edges_(rows, columns, mix64(salt, 1)),
      sources_(rows, columns, mix64(salt, 2)),
      destinations_(rows, columns, mix64(salt, 3)),
      decay_(alpha),
      ahead_(1 / (1 - alpha)),
      threshold_(threshold) {}

FilteringMidas FilteringMidas::of(const Descriptor& descriptor, std::uint64_t salt) {
  return {static_cast<std::uint32_t>(descriptor.parameter("rows")),
          static_cast<std::uint32_t>(descriptor.parameter("columns")), descriptor.parameter("alpha"),
          descriptor.parameter("threshold"), salt};
}

void FilteringMidas::advance(std::uint64_t tick) {
  demand_next_tick(tick_, tick);
  decay_.pass(tick - tick_, [this](double factor) {
    for (PairedCells* cells : {&edges_, &sources_, &destinations_}) cells->rescale_first(factor);
  });
  tick_ = tick;
}

FilteringMidas::Tick FilteringMidas::now() const {
  const auto past = static_cast<double>(tick_ - 1);
  return {_mm_set1_pd(decay_.weight()),
          _mm_set1_pd(decay_.value()),
          _mm_set1_pd(decay_.value() * ahead_),
          _mm_set1_pd(ahead_),
          _mm_set1_pd(past + 1),
          _mm_set1_pd(-past),
          _mm_set1_pd(past == 0 ? 0 : -1 / past),
          _mm_set1_pd(threshold_ * past)};
}

void FilteringMidas::save(ByteWriter& writer) const {
  for (const PairedCells* cells : {&edges_, &sources_, &destinations_}) cells->save(writer);
  decay_.save(writer);
  writer.put(tick_);
}

void FilteringMidas::restore(ByteReader& reader) {
  for (PairedCells* cells : {&edges_, &sources_, &destinations_}) cells->restore(reader);
  decay_.restore(reader);
  tick_ = reader.get<std::uint64_t>();
}

}  // namespace dwell::detect
