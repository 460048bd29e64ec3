#include "estimate.hpp"

#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "centred_sums.hpp"

namespace fleetcast {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

}  // namespace

Estimate scaled(Estimate const& e, double factor) { return {factor * e.mean, factor * e.std_error, factor * e.low, factor * e.high}; }

Estimator::Estimator(std::uint64_t realizations, double confidence)
    : n_(static_cast<double>(realizations)), realizations_(realizations), tail_(0.5 * (1.0 - confidence)), t_(nan) {
  if (realizations >= fewest_for_intervals) share_intervals_.emplace(n_, tail_);
  if (realizations > 1) t_ = boost::math::quantile(boost::math::complement(boost::math::students_t(n_ - 1.0), tail_));
}

Estimate Estimator::around(double mean, double variance_of_mean) const {
  if (realizations_ < 2) return {mean, nan, nan, nan};
  double const error = std::sqrt(std::max(0.0, variance_of_mean));
  if (realizations_ < fewest_for_intervals) return {mean, error, nan, nan};
  return {mean, error, mean - t_ * error, mean + t_ * error};
}

Estimate Estimator::mean(Sum128 sum, Sum128 square, double scale) const {
  double const variance = centred_product(realizations_, sum, sum, square) / (n_ - 1.0);
  return around(scale * (static_cast<double>(sum) / n_), scale * scale * variance / n_);
}

Estimate Estimator::difference(Moments const& x, Moments const& y, Sum128 product, double scale) const {
  return mean(x.sum - y.sum, x.square - 2 * product + y.square, scale);
}

Estimate Estimator::ratio(Moments const& y, Moments const& x, Sum128 product, double scale) const {
  if (x.sum == 0) return {nan, nan, nan, nan};
  double const ratio = static_cast<double>(y.sum) / static_cast<double>(x.sum);
  double const x_mean = static_cast<double>(x.sum) / n_;
  double const residual = centred_product(realizations_, y.sum, y.sum, y.square) -
                          2.0 * ratio * centred_product(realizations_, x.sum, y.sum, product) +
                          ratio * ratio * centred_product(realizations_, x.sum, x.sum, x.square);
  double const variance = residual / (n_ - 1.0) / n_ / (x_mean * x_mean);
  return around(scale * ratio, scale * scale * variance);
}

Estimate Estimator::proportion(std::uint64_t count) const {
  using boost::math::beta_distribution;
  double const successes = static_cast<double>(count);
  Estimate e;
  e.mean = successes / n_;
  e.std_error = std::sqrt(e.mean * (1.0 - e.mean) / n_);
  e.low = count == 0 ? 0.0 : boost::math::quantile(beta_distribution<>(successes, n_ - successes + 1.0), tail_);
  e.high = count == realizations_ ? 1.0 : boost::math::quantile(boost::math::complement(beta_distribution<>(successes + 1.0, n_ - successes), tail_));
  return e;
}

Estimate Estimator::share(Estimate const& share, double violating, double inequality) const {
  if (realizations_ < fewest_for_intervals || std::isnan(share.mean)) return {share.mean, share.std_error, nan, nan};
  Interval const ends = (*share_intervals_)({share.mean, share.std_error, violating, inequality});
  return {share.mean, share.std_error, ends.low, ends.high};
}

Estimate Estimator::share(Estimate const& estimate, Violations const& v) const {
  auto const violating = static_cast<double>(v.realizations);
  if (v.realizations < 2) return share(estimate, violating, 1.0);
  double const mean = static_cast<double>(v.sum) / violating;
  double const variance = centred_product(v.realizations, v.sum, v.sum, v.square) / (violating - 1.0);
  return share(estimate, violating, 1.0 + std::max(0.0, variance) / (mean * mean));
}

Estimate Estimator::share(Estimate const& estimate) const {
  double const relative_error = estimate.std_error / estimate.mean;
  return share(estimate, std::min(n_, 1.0 / (relative_error * relative_error)), 1.0);
}

}  // namespace fleetcast
