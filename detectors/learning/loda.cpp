#include "detectors/learning/loda.hpp"

#include <algorithm>

#include "detectors/learning/learner.hpp"
#include "sim/core/math.hpp"
#include "sim/core/random.hpp"

namespace dwell::detect {
namespace {

std::size_t root_above(std::size_t n) {
  std::size_t root = 1;
  while (root * root < n) ++root;
  return root;
}

}  // namespace

Descriptor Loda::describe() {
  Descriptor d = learner_descriptor("loda", "hours unlikely by histograms of random projections of feature residuals",
                                    "Pevný 2016");
  d.parameters = {
      {"directions", 100, 1, 10000, "random projections", Numbers::whole},
      {"window", 256, 8, 100000, "points of a histogram, which judges the next so many", Numbers::whole},
      {"bins", 16, 2, 1000, "bins of a histogram", Numbers::whole},
  };
  d.memory_bound_bytes = 64ULL << 20;
  d.check = "scores by plain histograms to 1e-9";
  return d;
}

constinit const CatalogueEntry loda_entry = learner_entry<Loda>();

Loda::Loda(const Descriptor& descriptor, std::size_t dimension, Seed seed)
    : dimension_(dimension),
      directions_(static_cast<std::uint32_t>(descriptor.parameter("directions"))),
      window_(static_cast<std::uint32_t>(descriptor.parameter("window"))),
      bins_(static_cast<std::uint32_t>(descriptor.parameter("bins"))),
      chosen_(root_above(dimension)) {
  for (std::uint32_t i = 0; i < directions_; ++i) {
    const std::vector<double> weights = direction(seed, i, dimension_);
    for (std::uint32_t q = 0; q < dimension_; ++q) {
      if (weights[q] == 0) continue;
      place_.push_back(q);
      weight_.push_back(weights[q]);
    }
  }
  DWELL_DEMAND(place_.size() == directions_ * chosen_, "a direction has a weight of 0");
}

std::vector<double> Loda::direction(Seed seed, std::uint32_t i, std::size_t dimension) {
  RandomStream random(seed, i, purpose("loda.direction"));
  std::vector<std::size_t> places(dimension);
  for (std::size_t q = 0; q < dimension; ++q) places[q] = q;
  std::vector<double> weights(dimension, 0.0);
  for (std::size_t n = 0; n < root_above(dimension); ++n) {
    std::swap(places[n], places[n + random.below(static_cast<std::uint32_t>(dimension - n))]);
    weights[places[n]] = det_normal_quantile(random.open_uniform());
  }
  return weights;
}

double Loda::project(std::size_t i, std::span<const double> x) const {
  double sum = 0;
  for (std::size_t n = i * chosen_; n < (i + 1) * chosen_; ++n) sum += weight_[n] * x[place_[n]];
  return sum;
}

double Loda::step(std::span<const double> point) {
  DWELL_DEMAND(point.size() == dimension_, "a point of another dimension");
  const double found = least_.empty() ? 0 : score(point);
  points_.insert(points_.end(), point.begin(), point.end());
  if (points_.size() == window_ * dimension_) end_window();
  return found;
}

double Loda::score(std::span<const double> x) const {
  double sum = 0;
  for (std::size_t i = 0; i < directions_; ++i) {
    const double at = (project(i, x) - least_[i]) / width_[i];
    std::uint32_t count = 0;
    if (at >= 0 && at <= bins_) {
      const std::size_t bin = std::min<std::size_t>(static_cast<std::size_t>(at), bins_ - 1);
      count = counts_[i * bins_ + bin];
    }
    sum -= log_[count];
  }
  return sum / directions_;
}

void Loda::end_window() {
  least_.resize(directions_);
  width_.resize(directions_);
  counts_.assign(directions_ * bins_, 0);
  std::vector<double> values(window_);
  const std::span<const double> points(points_);
  for (std::size_t i = 0; i < directions_; ++i) {
    for (std::size_t n = 0; n < window_; ++n) values[n] = project(i, points.subspan(n * dimension_, dimension_));
    const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
    least_[i] = *least;
    width_[i] = *greatest > *least ? (*greatest - *least) / bins_ : 1;
    for (const double value : values) {
      const auto bin = static_cast<std::size_t>((value - least_[i]) / width_[i]);
      ++counts_[i * bins_ + std::min<std::size_t>(bin, bins_ - 1)];
    }
  }
  points_.clear();
  take_logarithms();
}

void Loda::take_logarithms() {
  for (std::size_t count = log_.size(); count <= window_; ++count)
    log_.push_back(det_log((static_cast<double>(count) + .5) / (window_ + .5 * bins_)));
}

std::uint64_t Loda::bytes() const {
  return (weight_.capacity() + points_.capacity() + least_.capacity() + width_.capacity() + log_.capacity()) *
             sizeof(double) +
         (place_.capacity() + counts_.capacity()) * sizeof(std::uint32_t);
}

void Loda::save(ByteWriter& writer) const {
  writer.put_vector(points_);
  writer.put_vector(least_);
  writer.put_vector(width_);
  writer.put_vector(counts_);
}

void Loda::restore(ByteReader& reader) {
  points_ = reader.get_vector<double>();
  least_ = reader.get_vector<double>();
  width_ = reader.get_vector<double>();
  counts_ = reader.get_vector<std::uint32_t>();
  const std::size_t known = least_.empty() ? 0 : directions_;
  const auto too_many = [this](std::uint32_t count) { return count > window_; };
  if (points_.size() % dimension_ != 0 || least_.size() != known || width_.size() != known ||
      counts_.size() != known * bins_ || std::any_of(counts_.begin(), counts_.end(), too_many))
    return reader.fail();
  if (known != 0) take_logarithms();
}

}  // namespace dwell::detect
