#include "detectors/sketches/relational_midas.hpp"
#include "sim/core/digest.hpp"

namespace dwell::detect {

RelationalMidas::RelationalMidas(std::uint32_t rows, std::uint32_t columns, double alpha, std::uint64_t salt)
    : edges_(rows, columns, alpha, mix64(salt, 1)),
      sources_(rows, columns, alpha, mix64(salt, 2)),
      destinations_(rows, columns, alpha, mix64(salt, 3)) {}

RelationalMidas RelationalMidas::of(const Descriptor& descriptor, std::uint64_t salt) {
  return {static_cast<std::uint32_t>(descriptor.parameter("rows")),
          static_cast<std::uint32_t>(descriptor.parameter("columns")), descriptor.parameter("alpha"), salt};
}

void RelationalMidas::save(ByteWriter& writer) const {
  edges_.save(writer);
  sources_.save(writer);
  destinations_.save(writer);
  writer.put(tick_);
}

void RelationalMidas::restore(ByteReader& reader) {
  edges_.restore(reader);
  sources_.restore(reader);
  destinations_.restore(reader);
  tick_ = reader.get<std::uint64_t>();
}

}  // namespace dwell::detect
