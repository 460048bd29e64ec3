/// How the mean lengths of a record drift, and how they move with its rate and with each other.
#pragma once

#include <cstdint>
#include <vector>

#include "likelihood.hpp"
#include "traffic_model.hpp"

namespace fleetcast {

/// Equally likely draws of both lengths' drifts and of the correlations.
struct LengthDriftFit {
  bool prompt_drifts = false;
  bool completion_drifts = false;
  bool correlated = false;
  std::vector<LengthDynamics> draws;
};

/// Each drift by its own likelihood given the counts (Schwarz's criterion decides whether there is one), then the correlations
/// given the medians of all else. Weak priors: log-sds exponential with mean 0.2, at most what a workload takes; log half-lives flat
/// from a bin to twice the record; correlations flat where they are possible.
///
/// @param rate   one set of parameters that stands for the rate's fit
/// @param noise  of single lengths
LengthDriftFit fit_length_drift(BinSeries const& series, RateParameters const& rate, LengthNoise const& noise, std::size_t draws, std::uint64_t seed);

/// ln of the factor that length drift put on the requests of each bin, and how uncertain it is; empty: none.
struct LogFactors {
  std::vector<double> mean, variance;
  double log_sd = 0;  ///< of the drift in the long run
  bool empty() const { return mean.empty(); }
};

/// The factors of a record given all of it, before and after: a Kalman filter and the smoother of Rauch, Tung and Striebel (1965).
LogFactors smoothed_log_factors(BinSeries const& series, std::vector<double> const& tokens, LengthDrift const& drift, double variation);

/// Squared coefficient of variation of one length where only the sums are known: the value that makes neighbouring bins' mean
/// lengths differ as they do.
double variation_from_sums(BinSeries const& series, std::vector<double> const& tokens);

}  // namespace fleetcast
