#include "detectors/sketches/relational_midas.hpp"

namespace dwell::detect {

RelationalMidas::RelationalMidas(std::uint32_t rows, std::uint32_t columns, double alpha, std::uint64_t salt)
    : EdgeSketches(rows, columns, alpha, salt) {}

RelationalMidas RelationalMidas::of(const Descriptor& descriptor, std::uint64_t salt) {
  return {static_cast<std::uint32_t>(descriptor.parameter("rows")),
          static_cast<std::uint32_t>(descriptor.parameter("columns")), descriptor.parameter("alpha"), salt};
}

}  // namespace dwell::detect
