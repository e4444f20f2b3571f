#include "detectors/common/count_min.hpp"

#include "sim/core/check.hpp"
#include "sim/core/math.hpp"

namespace dwell::detect {

CountMin::CountMin(std::uint32_t rows, std::uint32_t columns, std::uint64_t salt)
    : cells_(static_cast<std::size_t>(rows) * columns, 0), rows_(rows), columns_(columns), salt_(salt) {
  DWELL_DEMAND(rows >= 1 && columns >= 1, "a Count-Min sketch needs rows and columns");
}

CountMin::Shape CountMin::shape_for(double epsilon, double delta) {
  DWELL_DEMAND(epsilon > 0 && epsilon < 1 && delta > 0 && delta < 1,
               "Count-Min: epsilon and delta lie between 0 and 1");
  const auto up = [](double x) {
    const auto whole = static_cast<std::uint32_t>(x);
    return static_cast<double>(whole) < x ? whole + 1 : whole;
  };
  return {std::max(1U, up(-det_log(delta))), up(det_exp(1.0) / epsilon)};
}

CountMin CountMin::with_error(double epsilon, double delta, std::uint64_t salt) {
  const Shape shape = shape_for(epsilon, delta);
  return {shape.rows, shape.columns, salt};
}

void CountMin::add(std::uint64_t key, std::uint64_t amount) {
  CellWalk walk(key, salt_);
  for (std::uint32_t r = 0; r < rows_; ++r)
    cells_[static_cast<std::size_t>(r) * columns_ + walk.next(columns_)] += static_cast<std::uint32_t>(amount);
}

std::uint64_t CountMin::estimate(std::uint64_t key) const {
  CellWalk walk(key, salt_);
  std::uint32_t least = UINT32_MAX;
  for (std::uint32_t r = 0; r < rows_; ++r) {
    least = std::min(least, cells_[static_cast<std::size_t>(r) * columns_ + walk.next(columns_)]);
  }
  return rows_ == 0 ? 0 : least;
}

bool CountMin::made_like(const CountMin& other) const {
  return rows_ == other.rows_ && columns_ == other.columns_ && salt_ == other.salt_;
}

void CountMin::merge(const CountMin& other) {
  DWELL_DEMAND(made_like(other), "Count-Min sketches to merge must be made alike");
  for (std::size_t i = 0; i < cells_.size(); ++i) cells_[i] += other.cells_[i];
}

void CountMin::subtract(const CountMin& other) {
  DWELL_DEMAND(made_like(other), "Count-Min sketches to subtract must be made alike");
  for (std::size_t i = 0; i < cells_.size(); ++i) cells_[i] -= other.cells_[i];
}

void CountMin::clear() { std::fill(cells_.begin(), cells_.end(), 0); }

void CountMin::save(ByteWriter& writer) const {
  writer.put(rows_);
  writer.put(columns_);
  writer.put(salt_);
  writer.put_vector(cells_);
}

void CountMin::restore(ByteReader& reader) {
  rows_ = reader.get<std::uint32_t>();
  columns_ = reader.get<std::uint32_t>();
  salt_ = reader.get<std::uint64_t>();
  cells_ = reader.get_vector<std::uint32_t>();
  if (cells_.size() != std::uint64_t{rows_} * columns_) reader.fail();
}

}  // namespace dwell::detect
