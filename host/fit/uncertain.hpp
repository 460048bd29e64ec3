/// Estimates with what is not known of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace fleetcast {

/// A number with its standard error and 95% interval.
struct Uncertain {
  double value = 0, std_error = 0, low = 0, high = 0;
};

/// Median, standard deviation and the 2.5% and 97.5% quantiles of equally likely draws, two at least.
inline Uncertain uncertain_from(std::vector<double> draws) {
  std::sort(draws.begin(), draws.end());
  auto const n = static_cast<double>(draws.size());
  auto const quantile = [&](double share) {
    double const at = share * (n - 1);
    auto const below = static_cast<std::size_t>(at);
    std::size_t const above = std::min(below + 1, draws.size() - 1);
    return draws[below] + (at - static_cast<double>(below)) * (draws[above] - draws[below]);
  };
  double mean = 0, squares = 0;
  for (double const draw : draws) mean += draw / n;
  for (double const draw : draws) squares += (draw - mean) * (draw - mean);
  return {quantile(0.5), std::sqrt(squares / (n - 1)), quantile(0.025), quantile(0.975)};
}

/// The same for a size that may be nothing at all: where 2.5% of the draws lie below a fifth of the median, which they do for a
/// normal whose mean is 2.4 standard errors from 0 or less, the interval reaches down to 0.
inline Uncertain uncertain_size_from(std::vector<double> draws) {
  Uncertain size = uncertain_from(std::move(draws));
  if (size.low < 0.2 * size.value) size.low = 0;
  return size;
}

}  // namespace fleetcast
