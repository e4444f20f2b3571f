#include "detectors/sketches/edge_sketches.hpp"

#include "sim/core/digest.hpp"

namespace dwell::detect {

EdgeSketches::EdgeSketches(std::uint32_t rows, std::uint32_t columns, double alpha, std::uint64_t salt)
    : edges_(rows, columns, mix64(salt, 1)),
      sources_(rows, columns, mix64(salt, 2)),
      destinations_(rows, columns, mix64(salt, 3)),
      decay_(alpha) {}

std::uint64_t EdgeSketches::bytes() const {
  return edges_.bytes() + sources_.bytes() + destinations_.bytes() + decay_.bytes();
}

void EdgeSketches::advance(std::uint64_t tick) {
  demand_next_tick(tick_, tick);
  decay_.pass(tick - tick_, [this](double factor) {
    for (PairedCells* cells : {&edges_, &sources_, &destinations_}) cells->rescale_first(factor);
  });
  tick_ = tick;
}

void EdgeSketches::save(ByteWriter& writer) const {
  for (const PairedCells* cells : {&edges_, &sources_, &destinations_}) cells->save(writer);
  decay_.save(writer);
  writer.put(tick_);
}

void EdgeSketches::restore(ByteReader& reader) {
  for (PairedCells* cells : {&edges_, &sources_, &destinations_}) cells->restore(reader);
  decay_.restore(reader);
  tick_ = reader.get<std::uint64_t>();
}

}  // namespace dwell::detect
