#include "sim/commerce/rate_factor.hpp"

#include <algorithm>
#include <iterator>

#include "sim/core/check.hpp"
#include "sim/core/math.hpp"
#include "sim/core/random.hpp"
#include "sim/core/samplers.hpp"

namespace dwell::commerce {
namespace {

struct Component {
  std::int64_t step_minutes;
  double time_constant_minutes;
};
constexpr Component kComponents[] = {{2, 10}, {60, 360}, {360, 7200}};

void multiply(std::vector<float>& values, const Component& component, std::uint32_t number, double cv, Seed seed) {
  const double shape = 1 / (cv * cv);
  const double r = det_exp(-static_cast<double>(component.step_minutes) / component.time_constant_minutes);
  const double scale = cv * cv * (1 - r);
  const auto minutes = static_cast<std::int64_t>(values.size());
  double x = 1;
  for (std::int64_t begin = 0, step = 0; begin < minutes; begin += component.step_minutes, ++step) {
    RandomStream random(seed, number, purpose("platform.rate"), static_cast<std::uint32_t>(step));
    if (step == 0) {
      x = sample_gamma(random, shape, cv * cv);
    } else {
      const auto z = static_cast<double>(sample_poisson(random, r * x / scale));
      x = sample_gamma(random, shape + z, scale);
    }
    const std::int64_t end = std::min(minutes, begin + component.step_minutes);
    for (std::int64_t m = begin; m < end; ++m) values[static_cast<std::size_t>(m)] *= static_cast<float>(x);
  }
}

}  // namespace

std::vector<float> rate_factors(const FactorCvs& cvs, std::int64_t minutes, Seed seed) {
  std::vector<float> values(static_cast<std::size_t>(minutes), 1.0F);
  for (std::uint32_t number = 0; number < std::size(kComponents); ++number) {
    const double cv = cvs[number];
    DWELL_DEMAND(cv >= 0 && cv <= 1, "coefficient of variation of a rate factor is between 0 and 1");
    if (cv > 0) multiply(values, kComponents[number], number, cv, seed);
  }
  return values;
}

}  // namespace dwell::commerce
