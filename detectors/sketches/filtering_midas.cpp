#include "detectors/sketches/filtering_midas.hpp"

#include "sim/core/digest.hpp"

namespace dwell::detect {

FilteringSketch::FilteringSketch(std::uint32_t rows, std::uint32_t columns, double alpha, std::uint64_t salt)
    : cells_(static_cast<std::size_t>(rows) * columns, Cell{0, 0, 2}),
      rows_(rows),
      columns_(columns),
      salt_term_(CellWalk::salt_term(salt)) {
  DWELL_DEMAND(rows >= 1 && rows <= kMostRows && columns >= 1 && alpha >= 0 && alpha < 1,
               "a decayed sketch has at most eight rows and keeps less than one of each count");
  Steps steps{1, 0};
  for (; steps.power >= 0x1p-64; steps = {steps.power * alpha, steps.sum * alpha + 1}) steps_.push_back(steps);
  steps_.push_back({0, steps.sum});
}

FilteringMidas::FilteringMidas(std::uint32_t rows, std::uint32_t columns, double alpha, double threshold,
                               std::uint64_t salt)
    : edges_(rows, columns, alpha, mix64(salt, 1)),
      sources_(rows, columns, alpha, mix64(salt, 2)),
      destinations_(rows, columns, alpha, mix64(salt, 3)),
      threshold_(threshold) {}

FilteringMidas FilteringMidas::of(const Descriptor& descriptor, std::uint64_t salt) {
  return {static_cast<std::uint32_t>(descriptor.parameter("rows")),
          static_cast<std::uint32_t>(descriptor.parameter("columns")), descriptor.parameter("alpha"),
          descriptor.parameter("threshold"), salt};
}

void FilteringMidas::save(ByteWriter& writer) const {
  edges_.save(writer);
  sources_.save(writer);
  destinations_.save(writer);
  writer.put(tick_);
}

void FilteringMidas::restore(ByteReader& reader) {
  edges_.restore(reader);
  sources_.restore(reader);
  destinations_.restore(reader);
  const auto tick = reader.get<std::uint64_t>();
  if (tick < 1 || tick > DecayedCountMin::kMostTicks) return reader.fail();
  tick_ = 1;
  tick_to(tick);
}

}  // namespace dwell::detect
