#pragma once
// The Kolmogorov-Smirnov test (Kolmogorov 1933, Smirnov 1948) in nats.

namespace dwell::detect {

/// -ln P(D >= d) for the greatest distance D between the empirical distribution of n values and the continuous one they
/// are drawn from; 0 or more. By the limiting distribution at λ = (√n + .12 + .11 / √n) d (Stephens 1970), good to a
/// few per cent of P from n = 4 on. For two samples n = n₁ n₂ / (n₁ + n₂).
double kolmogorov_nats(double n, double d);

/// -ln Q(λ) of that limit, Q(λ) = 2 Σ (-1)^(k-1) e^(-2k²λ²) over k >= 1; relative error of Q below 1e-12.
double kolmogorov_tail_nats(double lambda);

}  // namespace dwell::detect
