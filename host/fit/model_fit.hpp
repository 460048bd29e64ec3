/// The whole traffic model fitted to a record: rate, drift of lengths, and every parameter's uncertainty.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "length_drift_fit.hpp"
#include "rate_fit.hpp"
#include "simulated_record.hpp"
#include "uncertain.hpp"

namespace fleetcast {

/// One estimated number under the key a workload file has for it.
struct Parameter {
  std::string key;   ///< "workload.burst_cv"
  std::string unit;  ///< "" where there is none
  Uncertain estimate;
};

struct ModelFit {
  RateStructure structure;
  bool prompt_drifts = false, completion_drifts = false;
  std::vector<TrafficDraw> draws;     ///< equally likely truths
  TrafficDraw middle;                 ///< every parameter at its estimate: what a workload file gets
  std::vector<Parameter> parameters;  ///< of everything but the laws of lengths
};

/// Fits a record of at least fewest_bins bins.
/// @param noise  of single lengths; not read where the record has no tokens
ModelFit fit_model(BinSeries const& series, LengthNoise const& noise, std::uint64_t seed);

/// Fewest bins a fit takes: drift can't be told from noise in fewer.
inline constexpr std::size_t fewest_bins = 10;

}  // namespace fleetcast
