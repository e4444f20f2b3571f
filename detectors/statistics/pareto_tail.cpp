#include "detectors/statistics/pareto_tail.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "sim/core/math.hpp"

namespace dwell::detect {
namespace {

constexpr double kLeastShape = -1;
constexpr double kNearlyExponential = 1e-9;
constexpr double kEnd = 1e-15;
constexpr double kMostScaled = 1e6;  // x · mean, where gamma would be about 13
constexpr int kBisections = 50;

struct Moments {
  double mean = 0, least = 0, most = 0;
};

Moments moments_of(std::span<const double> excesses) {
  Moments moments{0, excesses.front(), excesses.front()};
  for (const double y : excesses) {
    moments.mean += y;
    moments.least = std::min(moments.least, y);
    moments.most = std::max(moments.most, y);
  }
  moments.mean /= static_cast<double>(excesses.size());
  return moments;
}

/// Mean of ln(1 + x Y). Logarithms of products of eight, which a double can hold, spare seven of eight logarithms.
double mean_log(double x, std::span<const double> excesses) {
  double sum = 0;
  std::size_t i = 0;
  for (; i + 8 <= excesses.size(); i += 8) {
    double product = 1;
    for (std::size_t k = i; k < i + 8; ++k) product *= 1 + x * excesses[k];
    sum += det_log(product);
  }
  for (; i < excesses.size(); ++i) sum += det_log(1 + x * excesses[i]);
  return sum / static_cast<double>(excesses.size());
}

/// u(x) v(x) - 1.
double equation(double x, std::span<const double> excesses) {
  double sum = 0;
  for (const double y : excesses) sum += 1 / (1 + x * y);
  return sum / static_cast<double>(excesses.size()) * (1 + mean_log(x, excesses)) - 1;
}

double bisect(double low, double high, bool low_is_positive, std::span<const double> excesses) {
  for (int i = 0; i < kBisections; ++i) {
    const double middle = low + (high - low) / 2;
    (equation(middle, excesses) > 0) == low_is_positive ? low = middle : high = middle;
  }
  return low + (high - low) / 2;
}

struct Best {
  ParetoTail tail;
  double log_likelihood;
};

void consider_root(double x, std::span<const double> excesses, Best& best) {
  const double gamma = mean_log(x, excesses);
  if (gamma < kLeastShape || gamma == 0) return;
  const ParetoTail tail{gamma, gamma / x};
  if (!(tail.sigma > 0)) return;
  const double found = log_likelihood(tail, excesses);
  if (found > best.log_likelihood) best = {tail, found};
}

/// Roots between neighbouring points, by the signs there.
template <std::size_t N>
void consider_between(const std::array<double, N>& points, std::span<const double> excesses, Best& best) {
  bool positive = equation(points[0], excesses) > 0;
  for (std::size_t i = 1; i < N; ++i) {
    const bool next = equation(points[i], excesses) > 0;
    if (next != positive) consider_root(bisect(points[i - 1], points[i], positive, excesses), excesses, best);
    positive = next;
  }
}

}  // namespace

double ParetoTail::log_survival(double y) const {
  const double x = gamma / sigma;
  if (gamma < kNearlyExponential && gamma > -kNearlyExponential) return -y / sigma;
  const double last = (kEnd - 1) / x;  // only of use where the tail ends, gamma < 0
  if (gamma < 0 && y > last) return -det_log(kEnd) / gamma - (y - last) / sigma;
  return -det_log1p(x * y) / gamma;
}

double log_likelihood(const ParetoTail& tail, std::span<const double> excesses) {
  const auto n = static_cast<double>(excesses.size());
  if (tail.gamma == 0) {
    double sum = 0;
    for (const double y : excesses) sum += y;
    return -n * det_log(tail.sigma) - sum / tail.sigma;
  }
  return -n * det_log(tail.sigma) - (1 + 1 / tail.gamma) * n * mean_log(tail.gamma / tail.sigma, excesses);
}

ParetoTail fit_pareto_tail(std::span<const double> excesses) {
  if (excesses.empty()) return {};
  const Moments moments = moments_of(excesses);
  const ParetoTail exponential{0, moments.mean};
  Best best{exponential, log_likelihood(exponential, excesses)};
  if (!(moments.most > moments.least)) return best.tail;
  constexpr std::size_t kPoints = 16;
  std::array<double, kPoints> negative, positive;
  // From near the end of the tail towards 0, and from near 0 upwards.
  for (std::size_t i = 0; i < kPoints; ++i) {
    const double halvings = 1 / static_cast<double>(std::uint64_t{1} << i);
    negative[i] = -(i == 0 ? 1 - 1e-9 : halvings) / moments.most;
  }
  const double most =
      std::min(kMostScaled / moments.mean, 2 * (moments.mean - moments.least) / (moments.least * moments.least));
  const double least = std::min(most / 2, 1e-3 / moments.mean);
  const double factor = det_pow(most / least, 1.0 / (kPoints - 1));
  for (std::size_t i = 0; i < kPoints; ++i) positive[i] = i == 0 ? least : positive[i - 1] * factor;
  consider_between(negative, excesses, best);
  consider_between(positive, excesses, best);
  return best.tail;
}

}  // namespace dwell::detect
