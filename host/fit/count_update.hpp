/// What a count of requests tells about the logarithm of its rate.
#pragma once

namespace fleetcast {

/// Counts given the drift: Poisson times a gamma factor, that is a negative binomial.
struct CountLaw {
  double burst_cv = 0;  ///< of the gamma factor, 0: Poisson
};

/// A Gaussian belief about a log rate after a count was seen.
struct CountUpdate {
  double log_evidence = 0;  ///< ln P(count) under the belief before
  double mean = 0, variance = 0;
};

/// Bayes' rule for one count by Gauss-Hermite quadrature around the posterior mode: exact up to what five nodes miss.
///
/// @param requests  at least 0, whole or not (rates)
/// @param mean      of the log rate before, log of requests a bin
/// @param variance  of it, at least 0
CountUpdate update_by_count(CountLaw const& law, double requests, double mean, double variance);

}  // namespace fleetcast
