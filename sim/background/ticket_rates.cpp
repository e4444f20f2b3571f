#include "sim/background/ticket_rates.hpp"

#include "sim/core/math.hpp"

namespace dwell::background {
namespace {

constexpr std::int64_t kQuantiles = 256;
constexpr std::int64_t kDay = 24;

}  // namespace

TicketRates::TicketRates(const SupportParams& params, const Surroundings& around) {
  const auto hours = static_cast<std::int64_t>(around.orders.size());
  if (hours < kDay) return;
  const auto at = [&](std::int64_t h) {
    return around.orders[static_cast<std::size_t>(h < 0 ? (h % kDay + kDay) % kDay : std::min(h, hours - 1))];
  };
  std::vector<double> level;  // orders an hour over the day around it
  for (std::int64_t h = 0; h < hours; ++h) {
    double sum = 0;
    for (std::int64_t k = h - kDay / 2; k < h + kDay / 2; ++k) sum += at(k);
    level.push_back(sum / kDay);
  }
  double before = 0;
  for (std::int64_t h = 0; h < kDay; ++h) before += at(h) / kDay;
  std::vector<std::int64_t> delays;
  const double median_hours = static_cast<double>(params.delay_median.us) / static_cast<double>(Duration::hours(1).us);
  for (std::int64_t q = 0; q < kQuantiles; ++q) {
    const double z = det_normal_quantile((static_cast<double>(q) + 0.5) / kQuantiles);
    delays.push_back(static_cast<std::int64_t>(median_hours * det_exp(params.delay_sigma * z) + 0.5));
  }
  const std::array<double, 24> rhythm = mean_one(around.hour);
  for (std::int64_t h = 0; h < hours; ++h) {
    double sum = 0;
    for (const std::int64_t delay : delays) sum += h < delay ? before : level[static_cast<std::size_t>(h - delay)];
    rate_.push_back(params.tickets_per_order * rhythm[static_cast<std::size_t>(h % kDay)] * sum / kQuantiles);
  }
  for (std::int64_t d = 0; d < hours / kDay; ++d) {
    double sum = 0;
    for (std::int64_t h = d * kDay; h < (d + 1) * kDay; ++h) sum += rate_[static_cast<std::size_t>(h)];
    day_.push_back(sum);
  }
  std::vector<double> sorted = day_;
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2), sorted.end());
  per_day_ = sorted[sorted.size() / 2];
}

double TicketRates::busiest_day() const { return day_.empty() ? 0 : *std::max_element(day_.begin(), day_.end()); }

}  // namespace dwell::background
