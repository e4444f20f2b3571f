#pragma once
// Own elementary functions by fixed tables and polynomials: the same bits on every x86-64, whatever C library is there.
// Only +, -, *, / and sqrt of IEEE 754 are used (sqrt is correctly rounded by the standard). Relative error below 4e-15
// over the stated ranges unless said otherwise.

namespace dwell {

/// Natural logarithm, x > 0. log(0) is -infinity; negative x gives NaN.
double det_log(double x);
/// e^x; 0 below -745, +infinity above 709.78.
double det_exp(double x);
/// log(1 + x), x > -1, and e^x - 1: both without loss near 0.
double det_log1p(double x);
double det_expm1(double x);
/// x^y for x > 0; relative error below 4e-15 · max(1, |y ln x|), as the product is rounded before it is raised.
double det_pow(double x, double y);
/// log Gamma(x), x > 0; error below 1e-14 relative to max(1, |value|).
double det_log_gamma(double x);
/// log(x!) - log(sqrt(2 pi x) (x / e)^x), x > 0; absolute error below 1e-14.
double det_stirling_error(double x);
/// Quantile of the standard normal distribution, 0 < p < 1 (Wichura 1988, algorithm AS 241).
double det_normal_quantile(double p);
/// Sine and cosine of x radians, |x| <= 1000; absolute error below 2e-15.
double det_sin(double x);
double det_cos(double x);
/// Arc sine in radians, -1 <= x <= 1, else NaN.
double det_asin(double x);
/// sqrt(x), by the processor's correctly rounded instruction.
double det_sqrt(double x);

}  // namespace dwell
