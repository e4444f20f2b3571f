#pragma once
// What is expected of each statistic: names, bands, published figures. Values are filled in by compute_statistics().

#include <vector>

#include "bench/validate/statistics.hpp"

namespace dwell::validate {

std::vector<Statistic> catalogue();

}  // namespace dwell::validate
