/// What a count of requests tells about the logarithm of its rate.
#pragma once

namespace fleetcast {

/// Law of a count given the drift: Poisson times a gamma factor of mean 1, that is a negative binomial.
class CountLaw {
 public:
  /// @param burst_cv  of the gamma factor; below 1e-4: plain Poisson
  explicit CountLaw(double burst_cv);

  /// ln P(count | log rate) without terms of the count alone: what of it holds no log rate, and the rest.
  double constant(double requests) const;
  double variable(double requests, double log_rate) const;

  /// Slope of the log-likelihood and minus its curvature, which is at least 0: it is log-concave.
  struct Shape {
    double slope, information;
  };
  Shape shape(double requests, double log_rate) const;
  /// The information at the likelihood's own peak.
  double information_at_peak(double requests) const;

 private:
  bool poisson_;
  double shape_ = 0;  ///< 1/cv²
  double of_shape_ = 0;
};

/// A Gaussian belief about a log rate after a count was seen.
struct CountUpdate {
  double log_evidence = 0;  ///< ln P(count) under the belief before
  double mean = 0, variance = 0;
};

/// Bayes' rule for one count by Gauss-Hermite quadrature around the posterior mode: five nodes, three from 50 requests on, where the
/// posterior is all but normal. `log_evidence` leaves out −ln(count!), which no parameter changes.
///
/// @param requests  at least 0, whole or not (rates)
/// @param mean      of the log rate before, log of requests a bin
/// @param variance  of it, at least 0
CountUpdate update_by_count(CountLaw const& law, double requests, double mean, double variance);

}  // namespace fleetcast
