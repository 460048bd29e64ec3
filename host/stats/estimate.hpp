/// Means and their intervals from integer sums over realizations.
#pragma once

#include <cstdint>
#include <optional>

#include "host/engine/sums.hpp"
#include "share_interval.hpp"

namespace fleetcast {

/// A mean over realizations, its standard error, and the interval [low, high] that covers the true mean with the
/// stated confidence. NaN where the number of realizations allows no statement.
struct Estimate {
  double mean = 0;
  double std_error = 0;
  double low = 0;
  double high = 0;
};

/// Fewer realizations than this allow no interval for a mean: it would rest on the shape of a law nobody knows.
inline constexpr std::uint64_t fewest_for_intervals = 50;

/// Confidences that results have and questions may ask for; beyond them quantiles lose their digits. Looks and settings that share one take
/// their parts of it from there.
inline constexpr double least_confidence = 0.01;
inline constexpr double most_confidence = 0.9999;

/// e, times a constant above 0.
Estimate scaled(Estimate const& e, double factor);

/// Realizations that violate, and what they add up to: ticks, requests, anything a share is made of.
struct Violations {
  std::uint64_t realizations = 0;
  Sum128 sum = 0;
  Sum128 square = 0;
};

/// n realizations and the confidence of every interval made from them.
///
/// Realizations are the sample; the minutes within one are correlated and never treated as independent. Below fewest_for_intervals
/// realizations the intervals of means, differences, ratios and shares are NaN, their means and errors are not.
class Estimator {
 public:
  /// @param realizations  at least 1; with one alone, errors and intervals are NaN
  Estimator(std::uint64_t realizations, double confidence);

  /// A mean that is known with the given variance: Student's t.
  Estimate around(double mean, double variance_of_mean) const;

  /// Mean of scale·x: Student's t.
  Estimate mean(Sum128 sum, Sum128 square, double scale) const;

  /// Mean of scale·(x - y), from the sums of both and of their product: Student's t.
  Estimate difference(Moments const& x, Moments const& y, Sum128 product, double scale) const;

  /// scale·Σy/Σx, the ratio of means, with the error of its linearisation (Cochran, Sampling Techniques, 6.19).
  /// NaN if Σx is 0.
  Estimate ratio(Moments const& y, Moments const& x, Sum128 product, double scale) const;

  /// A share and the interval of share_interval.hpp in the place of Student's, which fails where most realizations have none.
  /// @param share  its mean, in [0, 1], and standard error
  Estimate share(Estimate const& share, Violations const& violations) const;

  /// The same where nobody counted the realizations that violate: as many as would have the share's error if all were alike.
  Estimate share(Estimate const& share) const;

  /// Share of realizations with a property: Clopper and Pearson (Biometrika 26, 1934).
  Estimate proportion(std::uint64_t count) const;

 private:
  Estimate share(Estimate const& share, double violating, double inequality) const;

  double n_;
  std::uint64_t realizations_;
  double tail_;  ///< (1 - confidence)/2
  double t_;
  std::optional<ShareIntervals> share_intervals_;  ///< where there are enough realizations for any
};

}  // namespace fleetcast
