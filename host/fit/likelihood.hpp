/// Likelihood of a record under the traffic model, by a filter over its latent drift.
#pragma once

#include <vector>

#include "latent_dynamics.hpp"
#include "traffic_model.hpp"

namespace fleetcast {

/// ln P(counts) of a record.
///
/// Assumed-density filter: the belief about the log-drift stays Gaussian from bin to bin (exact moments of the true posterior
/// by quadrature), one belief for each state of the silence gate, merged by moments (as in the interacting multiple model filter
/// of Blom and Bar-Shalom, 1988).
double count_log_likelihood(BinSeries const& series, RateParameters const& rate);

/// Mean token length of each bin as an observation: ln(sum/requests), normal with variance ln(1 + v/requests), v the
/// squared coefficient of variation of one length.
struct LengthNoise {
  double prompt_variation = 1;      ///< v of one prompt
  double completion_variation = 1;  ///< v of one completion
  double covariation = 0;           ///< covariance over the product of the means
};

/// Belief about one latent process before and after a bin was seen.
struct FilterStep {
  double mean_before, variance_before, mean, variance;
};

/// ln p(mean lengths | counts) of one kind of tokens: a Kalman filter.
/// @param tokens    sums a bin
/// @param variation v of one length
/// @param path      where given, receives the belief about the latent process bin by bin
double length_log_likelihood(BinSeries const& series, std::vector<double> const& tokens, LengthDrift const& drift, double variation,
                             std::vector<FilterStep>* path = nullptr);

/// ln P(counts and mean lengths) of a record with tokens; `end`, where given, receives the belief at its end.
double joint_log_likelihood(BinSeries const& series, RateParameters const& rate, LengthDynamics const& lengths, LengthNoise const& noise,
                            LatentEnd* end = nullptr);

}  // namespace fleetcast
