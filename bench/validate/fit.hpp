#pragma once
// Parameters of the model that describe somebody's log best, as far as the log tells.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "bench/validate/evidence.hpp"

namespace dwell::validate {

struct Fit {
  std::optional<std::array<double, 24>> hour;           ///< session starts, mean 1
  std::optional<std::array<double, 7>> weekday_visits;  ///< Monday to Sunday
  std::optional<double> holiday_visits, promotion_visits;
  std::optional<double> visit_a, visit_b;  ///< days with a visit in 28, beta-binomial, by maximum likelihood given one
  std::optional<double> extra_sessions;    ///< sessions of a user and day beyond the first
  /// Gamma shape of what differs between users in that, by the moments of a negative binomial distribution.
  std::optional<double> intensity_shape;
  std::optional<double> pages_mu, pages_sigma;  ///< ceil(LogNormal), by maximum likelihood
  std::optional<double> think_mu, think_sigma;  ///< mean and SD of ln(gap in s)
  std::optional<double> login, login_failure;   ///< log-ins of a session, failures of an attempt
  std::optional<double> mobile, android;
  std::optional<double> item_exponent;  ///< of Zipf and Mandelbrot, with the offset of the model's catalogue
  /// What was fitted outside the range a scenario accepts and is proposed at its end, a sentence each.
  std::vector<std::string> clamped;
  /// What is not proposed, and why, a sentence each.
  std::vector<std::string> left_out;
};

/// Cost: below a second, nearly all of it for items.
Fit fit_parameters(const Observed& observed);

/// Maximum likelihood of pages = ceil(LogNormal(mu, sigma)); the last bin holds everything from its number on.
struct Lognormal {
  double mu = 0, sigma = 1;
};
Lognormal fit_lengths(const std::array<double, kLengths>& lengths);
/// Maximum likelihood of a beta-binomial of 28 days, of which those with at least one are seen.
struct Beta {
  double a = 1, b = 1;
};
Beta fit_visits(const std::array<double, 29>& visits);

}  // namespace dwell::validate
