/// Means of independent values against what they should be.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>

namespace fleetcast::test {

/// Realizations that a law is judged by.
inline constexpr std::uint32_t law_realizations = 1U << 16;

/// What a right law's mean of law_realizations values may be off, in standard deviations. A normal variate passes it, on either side, once
/// in 1e11. The values here have a skewness of 8 at most, which makes that tail e^(6.8³·8/(6·256)) = 5 times as heavy at most: a thousand
/// such checks fail by chance once in 2e7 runs, and fewer are made.
inline constexpr double largest_mean_deviation = 6.8;

/// How many standard deviations the mean of `values` lies from `expected`, where one value's standard deviation is `spread`.
inline double deviations(std::span<double const> values, double expected, double spread) {
  double sum = 0.0;
  for (double const value : values) sum += value - expected;
  return std::fabs(sum) / (spread * std::sqrt(static_cast<double>(values.size())));
}

/// Likewise the mean product of two standard normals with that correlation, whose variance is 1 + ρ² (Isserlis).
inline double product_deviations(std::span<double const> a, std::span<double const> b, double correlation) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i] - correlation;
  return std::fabs(sum) / std::sqrt((1.0 + correlation * correlation) * static_cast<double>(a.size()));
}

}  // namespace fleetcast::test
