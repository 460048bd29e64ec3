#include "share_interval.hpp"

#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace fleetcast {

namespace {

/// Inequality that few violating realizations are taken to have, and how many realizations that counts for.
constexpr double prior_inequality = 4.0;
constexpr double prior_weight = 8.0;
/// Violating realizations up to which a larger one must be expected.
constexpr double few = 30.0;
/// A share from which on everything violates: sums over a length come out as 1 but for rounding.
constexpr double everything = 1.0 - 1e-12;

/// A million intervals are asked for at once: long doubles would take three times as long.
using Quick = boost::math::policies::policy<boost::math::policies::promote_double<false>>;
using Beta = boost::math::beta_distribution<double, Quick>;

}  // namespace

ShareIntervals::ShareIntervals(double realizations, double tail)
    : realizations_(realizations), tail_(tail), none_seen_(1.0 - std::pow(tail, 1.0 / realizations)) {
  using boost::math::complement;
  double const z = boost::math::quantile(complement(boost::math::normal(), tail));
  double const t = boost::math::quantile(complement(boost::math::students_t(realizations - 1.0), tail));
  spread_discount_ = (z / t) * (z / t);
}

double ShareIntervals::upper_end(ShareSample const& s, double observations) const {
  double const rarity = 1.0 - s.violating / realizations_;
  double const prior = prior_weight * rarity;
  double const inequality = std::max(s.inequality, (s.violating * s.inequality + prior * prior_inequality) / (s.violating + prior));
  double const all = observations * s.inequality / inequality;
  double const violations = all * s.share;
  double const unseen = 1.0 + rarity * std::min(1.0, std::sqrt(few / s.violating)) * (s.inequality - 1.0);

  // a beta law with the mean and the spread that `violations` of size 1 and one of size `unseen` have (Fay and Feuer, Stat. in Medicine 16, 1997)
  double const a = (violations + unseen) * (violations + unseen) / (violations + unseen * unseen);
  double const b = a * (all - violations) / (violations + unseen);
  return b > 0.0 ? boost::math::quantile(boost::math::complement(Beta(a, b), tail_)) : 1.0;
}

Interval ShareIntervals::operator()(ShareSample const& s) const {
  if (s.share <= 0.0) return {0.0, none_seen_};
  if (s.share >= everything) return {1.0 - none_seen_, 1.0};
  if (s.std_error <= 0.0) return {s.share, s.share};
  double const observations = s.share * (1.0 - s.share) / (s.std_error * s.std_error) * spread_discount_;
  double const low = boost::math::quantile(Beta(observations * s.share, observations * (1.0 - s.share) + 1.0), tail_);
  return {low, upper_end(s, observations)};
}

}  // namespace fleetcast
