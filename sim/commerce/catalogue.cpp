#include "sim/commerce/catalogue.hpp"

#include <algorithm>

#include "sim/core/check.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/math.hpp"
#include "sim/core/vocabulary.hpp"

namespace dwell::commerce {
namespace {

/// Integral of t^-s from 1 to x, and its inverse.
double integral(double x, double s) { return s == 1 ? det_log(x) : det_expm1((1 - s) * det_log(x)) / (1 - s); }
double inverse(double y, double s) { return s == 1 ? det_exp(y) : det_exp(det_log1p((1 - s) * y) / (1 - s)); }

}  // namespace

Catalogue::Catalogue(const CatalogueParams& params, Seed seed)
    : params_(params),
      seed_(mix64(seed.value, purpose("row.item").value)),
      least_(integral(params.offset + 0.5, params.exponent)),
      width_(integral(params.offset + params.items + 0.5, params.exponent) - least_),
      ids_(seed, purpose("catalogue.item"), params.items) {
  DWELL_DEMAND(params.items >= 1, "a catalogue without items");
}

double Catalogue::rank_of(double uniform) const {
  return inverse(least_ + uniform * width_, params_.exponent) - params_.offset;
}

std::uint32_t Catalogue::item(const telemetry::AccessBatch& rows, std::size_t row) const {
  const auto page = static_cast<Page>(rows.page[row]);
  if (page != Page::pdp && page != Page::cart) return 0;
  const std::uint64_t who = rows.member[row] | std::uint64_t{rows.source[row]} << 32;
  const std::uint64_t bits =
      mix64(mix64(mix64(seed_, rows.token[row]), who), static_cast<std::uint64_t>(rows.time_us[row]));
  const bool crawled = static_cast<Client>(rows.client[row]) == Client::script;
  const double most = items();
  const double rank = crawled ? 1 + to_uniform(bits) * most : rank_of(to_uniform(bits)) + 0.5;
  return static_cast<std::uint32_t>(ids_(static_cast<std::uint64_t>(std::clamp(rank, 1.0, most)) - 1)) + 1;
}

void Catalogue::fill(const telemetry::AccessBatch& rows, std::vector<std::uint32_t>& items) const {
  items.resize(rows.size());
  for (std::size_t row = 0; row < items.size(); ++row) items[row] = item(rows, row);
}

}  // namespace dwell::commerce
