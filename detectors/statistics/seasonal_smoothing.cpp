#include "detectors/statistics/seasonal_smoothing.hpp"

#include <utility>

#include "sim/core/check.hpp"

namespace dwell::detect {

SeasonalSmoothing::SeasonalSmoothing(const SmoothingOptions& options)
    : options_(options), season_(options.season), deviation_(options.season) {
  DWELL_DEMAND(options.season >= 1, "a season has at least one point");
}

SeasonalSmoothing::Judgement SeasonalSmoothing::step(double y) {
  const std::uint32_t m = options_.season;
  Judgement judgement;
  if (seen_ < m) {
    learn_first(y);
  } else {
    double& season = season_[at_];
    double& deviation = deviation_[at_];
    judgement.residual = y - (level_ + trend_ + season);
    const double distance = judgement.residual < 0 ? -judgement.residual : judgement.residual;
    if (seen_ < 2 * std::uint64_t{m}) {
      residuals_ += distance;
      deviation = residuals_ / static_cast<double>(seen_ - m + 1);
    } else {
      judgement.judged = true;
      judgement.deviation = deviation;
      deviation = options_.gamma * distance + (1 - options_.gamma) * deviation;
    }
    const double level = options_.alpha * (y - season) + (1 - options_.alpha) * (level_ + trend_);
    trend_ = options_.beta * (level - level_) + (1 - options_.beta) * trend_;
    season = options_.gamma * (y - level) + (1 - options_.gamma) * season;
    level_ = level;
  }
  ++seen_;
  at_ = at_ + 1 == m ? 0 : at_ + 1;
  return judgement;
}

void SeasonalSmoothing::learn_first(double y) {
  season_[at_] = y;
  level_ += y;
  if (at_ + 1 != options_.season) return;
  level_ /= options_.season;
  for (double& c : season_) c -= level_;
}

void SeasonalSmoothing::save(ByteWriter& writer) const {
  writer.put(seen_);
  writer.put(at_);
  writer.put(level_);
  writer.put(trend_);
  writer.put(residuals_);
  writer.put_vector(season_);
  writer.put_vector(deviation_);
}

void SeasonalSmoothing::restore(ByteReader& reader) {
  seen_ = reader.get<std::uint64_t>();
  at_ = reader.get<std::uint32_t>() % options_.season;
  level_ = reader.get<double>();
  trend_ = reader.get<double>();
  residuals_ = reader.get<double>();
  std::vector<double> season = reader.get_vector<double>();
  std::vector<double> deviation = reader.get_vector<double>();
  if (season.size() != season_.size() || deviation.size() != deviation_.size()) return reader.fail();
  season_ = std::move(season);
  deviation_ = std::move(deviation);
}

}  // namespace dwell::detect
