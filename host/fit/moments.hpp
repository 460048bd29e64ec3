/// Counts of a trace in bins of equal length, and their sample moments.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "trace.hpp"

namespace fleetcast {

/// Fewest bins from which drift can be told from noise.
inline constexpr std::size_t fewest_bins = 10;

/// A trace cut into bins of `bin_seconds` from its first request on; a last bin that the record does not fill is left out.
struct BinnedTrace {
  double bin_seconds = 60;
  std::vector<double> requests;  ///< arrivals in each bin
  std::vector<double> tokens;    ///< prompt and completion tokens of those arrivals

  std::size_t bins() const { return requests.size(); }
};

/// @param bin_seconds  whole seconds from 1 to 86400, so that it can stand as `burst_seconds`
/// @throws Error usage: bin_seconds out of bounds; bad_data: fewer than fewest_bins bins, or more than 2^20
BinnedTrace bin_trace(Trace const& trace, double bin_seconds);

/// Mean of at least one value.
double sample_mean(std::span<double const> values);

/// Autocovariances c(0) … c(lags): sums of (x_t − x̄)(x_{t+h} − x̄) over n, the number of values (not n − h), as is usual.
/// @param lags  below the number of values
std::vector<double> sample_autocovariance(std::span<double const> values, std::size_t lags);

/// Variance with divisor n − 1; needs two values.
double sample_variance(std::span<double const> values);

/// Standard deviation (divisor n − 1) over mean; 0 where the mean is 0.
double sample_cv(std::span<double const> values);

}  // namespace fleetcast
