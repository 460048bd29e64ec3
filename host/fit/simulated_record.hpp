/// Records drawn from a fitted model, bin by bin.
#pragma once

#include <cstdint>
#include <vector>

#include "fit_random.hpp"
#include "likelihood.hpp"
#include "traffic_model.hpp"

namespace fleetcast {

/// Prompt and completion length of a request, as drawn.
struct LengthPair {
  double prompt_tokens = 0, completion_tokens = 0;
};

/// Single lengths of requests as a simulation draws them: equally likely pairs.
class RequestLengths {
 public:
  /// @param pairs  at least one; none makes every request 0 tokens long
  explicit RequestLengths(std::vector<LengthPair> pairs);

  /// Sums over independent requests: drawn one by one up to 24, jointly normal beyond.
  LengthPair sum(double requests, FitRandom& random) const;
  LengthPair mean() const { return mean_; }
  /// Variation of single lengths, relative to their means.
  LengthNoise noise() const;
  /// Variance over squared mean of prompt + completion.
  double total_variation() const;

 private:
  std::vector<LengthPair> pairs_;
  LengthPair mean_;
  double prompt_variance_ = 0, completion_variance_ = 0, covariance_ = 0;
};

/// One possible truth: parameters of rate and lengths.
struct TrafficDraw {
  RateParameters rate;
  LengthDynamics lengths;
};

/// Draws a record.
/// @param start  belief about the latent processes a bin before the record; none: stationary
/// @param clock  of the record
BinSeries simulate_record(TrafficDraw const& truth, RequestLengths const& lengths, LatentEnd const* start, BinClock const& clock, double bin_minutes,
                          std::size_t bins, FitRandom& random);

}  // namespace fleetcast
