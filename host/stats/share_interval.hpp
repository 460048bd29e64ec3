/// Intervals for shares that are 0 in most realizations.
#pragma once

namespace fleetcast {

struct Interval {
  double low = 0;
  double high = 0;
};

/// What realizations say of a share of violations (of ticks, of requests) in them.
struct ShareSample {
  double share;       ///< its estimate, in [0, 1]
  double std_error;   ///< of that
  double violating;   ///< realizations with any violation
  double inequality;  ///< Kish's design effect of their violations: mean square over squared mean, at least 1
};

/// Intervals for true shares: each end misses with a probability of `tail` at most, or nearly so.
///
/// Lower end: Korn and Graubard (Survey Methodology 24, 1998), which is Clopper and Pearson's with the number of independent observations that
/// the standard error is worth, p(1 - p)/s², shrunk for its t distribution. It needs no switch from rare to common: for equal shares of
/// violating realizations it becomes Clopper-Pearson's limit times their mean share, for common ones Student's.
///
/// Upper end: the same, but a few violating realizations tell neither how unequal such realizations are, nor how large one can be that was
/// not seen yet; the next may be the storm. So their inequality is shrunk towards 4 (log-normal sizes of log-sd 1.2) with the weight of 8
/// realizations, and the unseen observation that Clopper and Pearson add counts as `inequality` ones, less where more than 30 realizations
/// violate. Both corrections fade as nearly all realizations violate. Both numbers were chosen on resampled days of sweeps/baseline.toml
/// and on exponential and log-normal sizes, so that no case covers below 92.5%; results/benchmarks/coverage.md shows what they give.
/// They know the violations that were seen: where nearly every realization violates a little and a few percent would violate fifty times as much,
/// as many of those must have come for the upper end to hold (72 to 82% where 4 to 10 are expected).
/// Student's t covers 21 to 92% there, Clopper-Pearson times the mean share 66 to 89% where 8 to 35 of 1000 days violate.
///
/// No violation at all: [0, 1 - tail^(1/n)], Clopper and Pearson's limit for realizations that violate, as if such a one were lost whole.
/// Nothing but violations: the mirror image.
class ShareIntervals {
 public:
  /// @param realizations  at least 2
  ShareIntervals(double realizations, double tail);

  Interval operator()(ShareSample const& sample) const;

 private:
  double upper_end(ShareSample const& sample, double observations) const;

  double realizations_, tail_;
  double none_seen_;        ///< upper end where no realization violates
  double spread_discount_;  ///< what an observation counts for because their spread is estimated
};

}  // namespace fleetcast
