#include "detectors/learning/xstream.hpp"

#include <emmintrin.h>

#include <algorithm>

#include "detectors/common/count_min.hpp"
#include "detectors/learning/learner.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/math.hpp"
#include "sim/core/random.hpp"

namespace dwell::detect {
namespace {

constexpr double kFarthest = 1e15;  // bins beyond are one: they fit an integer

/// Nothing branches on the sign, which is hard to foretell.
std::int64_t floor_of(double z) {
  const __m128d held_pair = _mm_min_sd(_mm_max_sd(_mm_set_sd(z), _mm_set_sd(-kFarthest)), _mm_set_sd(kFarthest));
  const double held = _mm_cvtsd_f64(held_pair);
  const auto whole = static_cast<std::int64_t>(held);
  return whole - static_cast<std::int64_t>(static_cast<double>(whole) > held);
}

}  // namespace

Descriptor XStream::describe() {
  Descriptor d =
      learner_descriptor("xstream", "hours in sparse bins of half-space chains over projected feature residuals",
                         "Manzoor, Lamba and Akoglu 2018");
  d.parameters = {
      {"projections", 100, 1, 10000, "random projections", Numbers::whole},
      {"chains", 100, 1, 1000, "half-space chains", Numbers::whole},
      {"depth", 15, 1, 30, "levels of a chain", Numbers::whole},
      {"window", 256, 2, 65535, "points of a window", Numbers::whole},
      {"rows", 2, 1, 8, "rows of a chain's Count-Min", Numbers::whole},
      {"columns", 2048, 16, 65536, "columns of it", Numbers::whole},
  };
  d.memory_bound_bytes = 64ULL << 20;
  d.check = "scores by exact bin counts to 1e-9";
  return d;
}

constinit const CatalogueEntry xstream_entry = learner_entry<XStream>();

int XStream::sign(Seed seed, std::uint32_t projection, std::uint32_t column) {
  const std::uint32_t face = to_below(random_block(seed, projection, purpose("xstream.sign"), column, 0).word[0], 6);
  return face == 0 ? -1 : face == 1 ? 1 : 0;
}

std::uint32_t XStream::projection(Seed seed, std::uint32_t chain, std::uint32_t level, std::uint32_t projections) {
  return to_below(random_block(seed, chain, purpose("xstream.level"), level, 0).word[0], projections);
}

double XStream::shift(Seed seed, std::uint32_t chain, std::uint32_t projection) {
  return to_uniform(random_block(seed, chain, purpose("xstream.shift"), projection, 0).low());
}

XStream::XStream(const Descriptor& descriptor, std::size_t dimension, Seed seed)
    : dimension_(dimension),
      projections_(static_cast<std::uint32_t>(descriptor.parameter("projections"))),
      chains_(static_cast<std::uint32_t>(descriptor.parameter("chains"))),
      depth_(static_cast<std::uint32_t>(descriptor.parameter("depth"))),
      window_(static_cast<std::uint32_t>(descriptor.parameter("window"))),
      rows_(static_cast<std::uint32_t>(descriptor.parameter("rows"))),
      columns_(static_cast<std::uint32_t>(descriptor.parameter("columns"))) {
  const double scale = det_sqrt(3.0 / projections_);
  for (std::uint32_t q = 0; q < dimension_; ++q) {
    for (std::uint32_t i = 0; i < projections_; ++i) weights_.push_back(scale * sign(seed, i, q));
  }
  for (std::uint32_t chain = 0; chain < chains_; ++chain) {
    const std::size_t base = levels_.size();
    for (std::uint32_t level = 0; level < depth_; ++level) {
      const std::uint32_t p = projection(seed, chain, level, projections_);
      std::int32_t before = -1;
      for (std::uint32_t l = 0; l < level; ++l) {
        if (levels_[base + l].projection == p) before = static_cast<std::int32_t>(l);
      }
      levels_.push_back({p, before, shift(seed, chain, p)});
    }
  }
  for (std::uint32_t n = 0; n <= window_; ++n) log_.push_back(det_log(1.0 + n) / .69314718055994531);
  cells_.resize(std::size_t{chains_} * rows_ * columns_);
  z_.resize(depth_);
  terms_.resize(depth_);
  for (auto& found : found_) found.resize(std::size_t{depth_} * rows_);
}

std::vector<double> XStream::project(std::span<const double> x) const {
  std::vector<double> y(projections_, 0.0);
  double* const out = y.data();
  for (std::size_t q = 0; q < dimension_; ++q) {
    const double* const weights = &weights_[q * projections_];
    for (std::size_t i = 0; i < projections_; ++i) out[i] += weights[i] * x[q];
  }
  return y;
}

/// y_p / Δ_p, projection by projection.
std::vector<double> XStream::in_bins(std::vector<double> y) const {
  for (std::size_t p = 0; p < projections_; ++p) y[p] /= delta_[p];
  return y;
}

double XStream::step(std::span<const double> point) {
  DWELL_DEMAND(point.size() == dimension_, "a point of another dimension");
  if (delta_.empty()) {
    first_.insert(first_.end(), point.begin(), point.end());
    if (first_.size() == window_ * dimension_) begin();
    return 0;
  }
  const double least = pass(in_bins(project(point)), true);
  if (++counted_ == window_) end_window();
  return std::max(0.0, log_[window_] + 1 - least);
}

/// The ranges, and the first window's counts.
void XStream::begin() {
  const std::span<const double> points(first_);
  std::vector<double> least, greatest;
  for (std::size_t at = 0; at < points.size(); at += dimension_) {
    const std::vector<double> y = project(points.subspan(at, dimension_));
    if (least.empty()) least = greatest = y;
    for (std::size_t i = 0; i < projections_; ++i) {
      least[i] = std::min(least[i], y[i]);
      greatest[i] = std::max(greatest[i], y[i]);
    }
  }
  for (std::size_t i = 0; i < projections_; ++i) {
    delta_.push_back(greatest[i] > least[i] ? (greatest[i] - least[i]) / 2 : 1);
  }
  for (std::size_t at = 0; at < points.size(); at += dimension_)
    pass(in_bins(project(points.subspan(at, dimension_))), false);
  end_window();
  first_ = {};
}

/// The cells of a point's bins in a chain, by level and row; they are on their way into the cache when it returns. `y`
/// are its projections in widths of bins. A number of rows known beforehand saves half of what the loops cost.
template <std::uint32_t kRows>
[[gnu::always_inline]] inline void XStream::find_cells(std::span<const double> y, std::uint32_t chain,
                                                       std::uint32_t* out) {
  const std::uint32_t rows = kRows == 0 ? rows_ : kRows, columns = columns_;
  const std::span<const Level> levels(&levels_[std::size_t{chain} * depth_], depth_);
  const Cell* const cells = cells_.data();
  double* const z = z_.data();
  std::uint64_t* const terms = terms_.data();
  const std::uint32_t base = chain * rows * columns;
  std::uint64_t key = 0;  // a sum over projections drawn so far, in which one term changes a level
  for (std::uint32_t l = 0; l < levels.size(); ++l) {
    const auto [p, before, s] = levels[l];
    if (before < 0) {
      z[l] = y[p] + s;
    } else {
      key -= terms[before];
      z[l] = 2 * z[before] - s;
    }
    terms[l] = mix64(static_cast<std::uint64_t>(floor_of(z[l])), p);
    key += terms[l];
    CellWalk walk(mix64(key, l), chain);
    for (std::uint32_t r = 0; r < rows; ++r) {
      *out = base + r * columns + walk.next(columns);
      __builtin_prefetch(&cells[*out++], 1);
    }
  }
}

/// Counts a point in all chains; the mean over them of what the reference says of it, when asked for.
double XStream::pass(std::span<const double> y, bool scores) {
  return rows_ == 2 ? pass_rows<2>(y, scores) : pass_rows<0>(y, scores);
}

template <std::uint32_t kRows>
double XStream::pass_rows(std::span<const double> y, bool scores) {
  const std::uint32_t rows = kRows == 0 ? rows_ : kRows;
  Cell* const cells = cells_.data();
  const double* const log = log_.data();
  const std::uint32_t depth = depth_, window = window_;
  double sum = 0;
  find_cells<kRows>(y, 0, found_[0].data());
  for (std::uint32_t chain = 0; chain < chains_; ++chain) {
    if (chain + 1 < chains_) find_cells<kRows>(y, chain + 1, found_[(chain + 1) % 2].data());
    const std::uint32_t* found = found_[chain % 2].data();
    double least = log[window] + 1;
    for (std::uint32_t l = 0; l < depth; ++l) {
      std::uint32_t count = window;
      for (std::uint32_t r = 0; r < rows; ++r) {
        Cell& cell = cells[*found++];
        count = std::min<std::uint32_t>(count, cell.reference);
        cell.latest = static_cast<std::uint16_t>(cell.latest + (cell.latest != UINT16_MAX));
      }
      least = std::min(least, log[count] + l + 1);
    }
    sum += least;
  }
  return scores ? sum / chains_ : 0;
}

void XStream::end_window() {
  for (Cell& cell : cells_) cell = {cell.latest, 0};
  counted_ = 0;
}

std::uint64_t XStream::bytes() const {
  return levels_.capacity() * sizeof(Level) +
         (weights_.capacity() + log_.capacity() + first_.capacity() + delta_.capacity() + z_.capacity()) *
             sizeof(double) +
         cells_.capacity() * sizeof(Cell) + 2 * found_[0].capacity() * sizeof(std::uint32_t);
}

void XStream::save(ByteWriter& writer) const {
  writer.put_vector(first_);
  writer.put_vector(delta_);
  std::vector<std::uint32_t> cells(cells_.size());
  std::transform(cells_.begin(), cells_.end(), cells.begin(),
                 [](const Cell& cell) { return std::uint32_t{cell.reference} << 16 | cell.latest; });
  writer.put_vector(cells);
  writer.put(counted_);
}

void XStream::restore(ByteReader& reader) {
  first_ = reader.get_vector<double>();
  delta_ = reader.get_vector<double>();
  const auto cells = reader.get_vector<std::uint32_t>();
  counted_ = reader.get<std::uint32_t>();
  if (first_.size() % dimension_ != 0 || (!delta_.empty() && delta_.size() != projections_)) reader.fail();
  if (cells.size() != cells_.size()) return reader.fail();
  std::transform(cells.begin(), cells.end(), cells_.begin(), [](std::uint32_t cell) {
    return Cell{static_cast<std::uint16_t>(cell >> 16), static_cast<std::uint16_t>(cell)};
  });
}

}  // namespace dwell::detect
