/// The traffic model of the design as a fit sees it: what is estimated, per bin of a record.
#pragma once

#include <cstddef>
#include <vector>

#include "cuda/model/records.cuh"

namespace fleetcast {

/// One slow factor exp(s·z − s²/2) on the rate.
struct DriftScale {
  double log_sd = 0;
  double half_life_minutes = 30;
};

/// What shapes arrivals. Bursts and silence are drawn once a bin.
struct RateParameters {
  double requests_per_minute = 0;  ///< the mean
  double daily_amplitude = 0;      ///< 0 to 1
  double daily_peak_hour = 15;
  std::vector<double> weekday_factors;  ///< seven from Monday with mean 1, or none
  std::vector<DriftScale> drift;        ///< up to most_drift_scales, shortest half-life first
  double burst_cv = 0;
  double silence_share = 0;
  double silence_minutes = 1;  ///< mean length of a silence
};

/// What a length's factor does from bin to bin; log_sd 0: none.
struct LengthDrift {
  double log_mean_tokens = 0;  ///< of the mean length
  double log_sd = 0;
  double half_life_minutes = 30;
};

/// Correlations of the innovations of the first drift scale and of both length drifts.
struct DriftCorrelation {
  double rate_prompt = 0, rate_completion = 0, prompt_completion = 0;
};

/// Lengths of requests in one bin.
struct LengthDynamics {
  LengthDrift prompt, completion;
  DriftCorrelation correlation;
};

/// Hour and weekday at the middle of each bin of a record, where its clock is known.
struct BinClock {
  double first_hour = 0;  ///< hours since a Monday's midnight, of the first bin's middle
  double bin_hours = 0;
  double hour(std::size_t bin) const { return first_hour + bin_hours * static_cast<double>(bin); }
};

/// ln of the profile's factor in a bin, 0 on average over the week's mean of its exponential.
double log_profile(RateParameters const& rate, BinClock const& clock, std::size_t bin);

/// Counts in bins and what the tokens in them tell.
struct BinSeries {
  double bin_minutes = 1;
  BinClock clock;
  std::vector<double> requests;
  std::vector<double> prompt_tokens, completion_tokens;  ///< sums; empty where the trace has none

  std::size_t bins() const { return requests.size(); }
  double minutes() const { return bin_minutes * static_cast<double>(bins()); }
  bool has_tokens() const { return !prompt_tokens.empty(); }
  /// Bins first … first + count − 1.
  BinSeries part(std::size_t first, std::size_t count) const;
};

}  // namespace fleetcast
