// The principal subspace against eigenvectors by Jacobi's rotations of a covariance made from all points at once, and
// its limit against the share of Gaussian points that exceed it.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "detectors/learning/pca_subspace.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/math.hpp"
#include "sim/core/random.hpp"

namespace dwell::detect::test {
namespace {

constexpr std::size_t kDimension = 6;
using Vector = std::vector<double>;
using Matrix = std::vector<Vector>;

/// Six columns that two hidden ones drive, with noise.
Vector point(std::uint32_t n) {
  RandomStream random(Seed{12}, n, purpose("test.pca"));
  const double a = 3 * det_normal_quantile(random.open_uniform());
  const double b = 2 * det_normal_quantile(random.open_uniform());
  Vector x;
  for (std::size_t q = 0; q < kDimension; ++q) {
    const double load = q < 3 ? a : b;
    x.push_back(5 + static_cast<double>(q + 1) * (load + .5 * det_normal_quantile(random.open_uniform())));
  }
  return x;
}

/// Eigenvectors as columns of `v` (cyclic Jacobi rotations).
void eigen(Matrix a, Vector& values, Matrix& v) {
  const std::size_t d = a.size();
  v.assign(d, Vector(d, 0.0));
  for (std::size_t i = 0; i < d; ++i) v[i][i] = 1;
  for (int sweep = 0; sweep < 60; ++sweep) {
    for (std::size_t p = 0; p < d; ++p) {
      for (std::size_t q = p + 1; q < d; ++q) {
        if (std::abs(a[p][q]) < 1e-300) continue;
        const double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        const double t = (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
        const double c = 1 / std::sqrt(t * t + 1), s = t * c;
        for (std::size_t k = 0; k < d; ++k) {
          const double kp = a[k][p], kq = a[k][q];
          a[k][p] = c * kp - s * kq;
          a[k][q] = s * kp + c * kq;
        }
        for (std::size_t k = 0; k < d; ++k) {
          const double pk = a[p][k], qk = a[q][k];
          a[p][k] = c * pk - s * qk;
          a[q][k] = s * pk + c * qk;
          const double vp = v[k][p], vq = v[k][q];
          v[k][p] = c * vp - s * vq;
          v[k][q] = s * vp + c * vq;
        }
      }
    }
  }
  values.clear();
  for (std::size_t i = 0; i < d; ++i) values.push_back(a[i][i]);
}

}  // namespace

TEST_CASE("the error outside the principal subspace is that of plain eigenvectors", "[detectors][learning]") {
  constexpr double tau = 200;
  Descriptor d = PcaSubspace::describe();
  REQUIRE(d.set("learn_points", tau).ok());
  REQUIRE(d.set("refit", 50).ok());
  PcaSubspace fast(d, kDimension, Seed{1});
  for (std::uint32_t n = 0; n < 350; ++n) {
    const Vector x = point(n);
    const double score = fast.step(x);
    INFO("point " << n);
    if (n < 50) {
      REQUIRE(score == 0);
      continue;
    }
    // Weighted mean and covariance of the points before the last refit.
    const std::uint32_t until = n / 50 * 50;
    const auto weight = [&](std::uint32_t m) { return std::exp(-static_cast<double>(until - 1 - m) / tau); };
    double total = 0, squares = 0;
    Vector mean(kDimension, 0.0);
    for (std::uint32_t m = 0; m < until; ++m) {
      total += weight(m), squares += weight(m) * weight(m);
      for (std::size_t q = 0; q < kDimension; ++q) mean[q] += weight(m) * point(m)[q];
    }
    for (double& each : mean) each /= total;
    Matrix correlation(kDimension, Vector(kDimension, 0.0));
    for (std::uint32_t m = 0; m < until; ++m) {
      const Vector y = point(m);
      for (std::size_t i = 0; i < kDimension; ++i) {
        for (std::size_t j = 0; j < kDimension; ++j)
          correlation[i][j] += weight(m) * (y[i] - mean[i]) * (y[j] - mean[j]) / (total - squares / total);
      }
    }
    Vector sd;
    for (std::size_t i = 0; i < kDimension; ++i) sd.push_back(std::sqrt(correlation[i][i]));
    for (std::size_t i = 0; i < kDimension; ++i) {
      for (std::size_t j = 0; j < kDimension; ++j) correlation[i][j] /= sd[i] * sd[j];
    }
    Vector values;
    Matrix vectors;
    eigen(correlation, values, vectors);
    std::vector<std::size_t> order = {0, 1, 2, 3, 4, 5};
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    double phi1 = 0, phi2 = 0, phi3 = 0, error = 0;
    for (const std::size_t j : order) {
      if (phi1 + values[j] > .1 * kDimension) break;
      phi1 += values[j], phi2 += values[j] * values[j], phi3 += values[j] * values[j] * values[j];
      double along = 0;
      for (std::size_t q = 0; q < kDimension; ++q) along += vectors[q][j] * (x[q] - mean[q]) / sd[q];
      error += along * along;
    }
    REQUIRE(score == Approx(error / PcaSubspace::limit(phi1, phi2, phi3, .001)).epsilon(1e-9).margin(1e-9));
  }
}

TEST_CASE("the limit of Jackson and Mudholkar is exceeded as often as it says", "[detectors][learning]") {
  constexpr double alpha = .01;
  Descriptor d = PcaSubspace::describe();
  REQUIRE(d.set("alpha", alpha).ok());
  REQUIRE(d.set("learn_points", 20'000).ok());
  REQUIRE(d.set("refit", 500).ok());
  PcaSubspace pca(d, kDimension, Seed{1});
  int above = 0;
  for (std::uint32_t n = 0; n < 60'000; ++n) above += pca.step(point(n)) > 1 && n >= 20'000 ? 1 : 0;
  // 40,000 points: five standard deviations of the count, and a tenth of the share for the limit's approximation.
  CHECK(std::abs(above - 400) < 5 * 20 + 40);
}

TEST_CASE("a broken relation between columns is outside the subspace, and its column is blamed",
          "[detectors][learning]") {
  PcaSubspace pca(PcaSubspace::describe(), kDimension, Seed{1});
  for (std::uint32_t n = 0; n < 720; ++n) static_cast<void>(pca.step(point(n)));
  Vector x = {5, 5, 5, 5, 5, 5};
  CHECK(pca.step(x) < 1);
  x[4] += 5 * 5;
  CHECK(pca.step(x) > 3);
  CHECK(pca.blamed() == std::size_t{4});
}

TEST_CASE("a principal subspace goes on from saved state", "[detectors][learning]") {
  const Descriptor d = PcaSubspace::describe();
  for (const std::uint32_t cut : {3U, 24U, 130U}) {
    PcaSubspace straight(d, kDimension, Seed{1});
    for (std::uint32_t n = 0; n < cut; ++n) static_cast<void>(straight.step(point(n)));
    ByteWriter writer;
    straight.save(writer);
    PcaSubspace restored(d, kDimension, Seed{1});
    ByteReader reader(writer.bytes());
    restored.restore(reader);
    REQUIRE_FALSE(reader.failed());
    REQUIRE(reader.remaining() == 0);
    for (std::uint32_t n = cut; n < 300; ++n) REQUIRE(straight.step(point(n)) == restored.step(point(n)));
  }
}

}  // namespace dwell::detect::test
