/// Traces drawn from a known model, written from the model's definition, so that fits can be held against the truth.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "host/fit/mixture_law.hpp"
#include "host/fit/trace/trace_summary.hpp"
#include "host/fit/traffic_model.hpp"

namespace fleetcast {

/// What a synthetic trace is drawn from; bins of a minute.
struct SyntheticTruth {
  RateParameters rate;
  LengthDynamics lengths;  ///< log_mean_tokens is not read: the laws have their means
  MixtureLaw prompt{{{1, 1020, 0.99}}, 1, 16384};
  MixtureLaw completion{{{1, 129, 0.86}}, 1, 4096};
  double rank_correlation = 0;

  /// Every parameter that has a key, by its key.
  std::vector<std::pair<std::string, double>> parameters() const;
};

/// @param minutes  whole minutes, each a bin; every request is in the sample
TraceSummary synthetic_trace(SyntheticTruth const& truth, std::size_t minutes, std::uint64_t seed);

/// Hour number `index` of the study of bands: rate, drift, bursts or both, drawn from ranges that stand in the code.
enum class Family { drift, bursts, both };
SyntheticTruth study_hour(Family family, std::uint64_t index);

/// The truth of the study of intervals: everything at once.
SyntheticTruth study_day();

}  // namespace fleetcast
