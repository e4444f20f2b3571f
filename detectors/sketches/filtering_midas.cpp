#include "detectors/sketches/filtering_midas.hpp"

namespace dwell::detect {

FilteringMidas::FilteringMidas(std::uint32_t rows, std::uint32_t columns, double alpha, double threshold,
                               std::uint64_t salt)
    : EdgeSketches(rows, columns, alpha, salt), ahead_(1 / (1 - alpha)), threshold_(threshold) {}

FilteringMidas FilteringMidas::of(const Descriptor& descriptor, std::uint64_t salt) {
  return {static_cast<std::uint32_t>(descriptor.parameter("rows")),
          static_cast<std::uint32_t>(descriptor.parameter("columns")), descriptor.parameter("alpha"),
          descriptor.parameter("threshold"), salt};
}

FilteringMidas::Tick FilteringMidas::now() const {
  const auto past = static_cast<double>(ticks() - 1);
  return {MidasPast(ticks()),
          _mm_set1_pd(decay().weight()),
          _mm_set1_pd(decay().value() * ahead_),
          _mm_set1_pd(ahead_),
          _mm_set1_pd(decay().value() * -past),
          _mm_set1_pd(-past),
          _mm_set1_pd(past == 0 ? 0 : -1 / past),
          _mm_set1_pd(past == 0 ? 1 : threshold_ * past)};
}

}  // namespace dwell::detect
