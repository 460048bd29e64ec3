/// Means and their intervals from integer sums over realizations.
#pragma once

#include <cstdint>

#include "host/engine/sums.hpp"

namespace fleetcast {

/// A mean over realizations, its standard error, and the interval [low, high] that covers the true mean with the
/// stated confidence. NaN where the number of realizations allows no statement.
struct Estimate {
  double mean = 0;
  double std_error = 0;
  double low = 0;
  double high = 0;
};

/// n realizations and the confidence of every interval made from them.
///
/// Realizations are the sample; the minutes within one are correlated and never treated as independent.
class Estimator {
 public:
  /// @param realizations  at least 1; with one alone, errors and intervals are NaN
  Estimator(std::uint64_t realizations, double confidence);

  /// Mean of scale·x: Student's t.
  Estimate mean(Sum128 sum, Sum128 square, double scale) const;

  /// Mean of scale·(x - y), from the sums of both and of their product: Student's t.
  Estimate difference(Moments const& x, Moments const& y, Sum128 product, double scale) const;

  /// scale·Σy/Σx, the ratio of means, with the error of its linearisation (Cochran, Sampling Techniques, 6.19).
  /// NaN if Σx is 0.
  Estimate ratio(Moments const& y, Moments const& x, Sum128 product, double scale) const;

  /// An interval for the mean of a share that is 0 in most realizations: `share` as it is where at least 30
  /// realizations violate; where fewer do, wide enough to hold both that and the Clopper-Pearson interval of the share
  /// of violating realizations times their mean; [0, 1 - (α/2)^(1/n)] where none does.
  Estimate rare_share(Estimate share, std::uint64_t violating) const;

  /// Share of realizations with a property: Clopper and Pearson (Biometrika 26, 1934).
  Estimate proportion(std::uint64_t count) const;

 private:
  Estimate around(double mean, double variance_of_mean) const;

  double n_;
  std::uint64_t realizations_;
  double tail_;  ///< (1 - confidence)/2
  double t_;
};

}  // namespace fleetcast
