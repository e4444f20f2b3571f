#include "detectors/sketches/relational_midas.hpp"

#include "sim/core/digest.hpp"

namespace dwell::detect {

RelationalMidas::RelationalMidas(std::uint32_t rows, std::uint32_t columns, double alpha, std::uint64_t salt)
    : edges_(rows, columns, mix64(salt, 1)),
      sources_(rows, columns, mix64(salt, 2)),
      destinations_(rows, columns, mix64(salt, 3)),
      decay_(alpha) {}

RelationalMidas RelationalMidas::of(const Descriptor& descriptor, std::uint64_t salt) {
  return {static_cast<std::uint32_t>(descriptor.parameter("rows")),
          static_cast<std::uint32_t>(descriptor.parameter("columns")), descriptor.parameter("alpha"), salt};
}

void RelationalMidas::advance(std::uint64_t tick) {
  demand_next_tick(tick_, tick);
  decay_.pass(tick - tick_, [this](double factor) {
    for (PairedCells* cells : {&edges_, &sources_, &destinations_}) cells->rescale_first(factor);
  });
  tick_ = tick;
}

void RelationalMidas::save(ByteWriter& writer) const {
  for (const PairedCells* cells : {&edges_, &sources_, &destinations_}) cells->save(writer);
  decay_.save(writer);
  writer.put(tick_);
}

void RelationalMidas::restore(ByteReader& reader) {
  for (PairedCells* cells : {&edges_, &sources_, &destinations_}) cells->restore(reader);
  decay_.restore(reader);
  tick_ = reader.get<std::uint64_t>();
}

}  // namespace dwell::detect
