/// From workload keys to the factors on a scenario's rate and lengths: drift, silence.
#pragma once

#include <cstdint>
#include <string>

#include "plan.hpp"

namespace fleetcast {

/// Fills drifts, silence and length_drift of `scenario`, or its `problem`.
/// @param scenario  its burst_ticks are set
void set_traffic_factors(Scenario& scenario, WorkloadConfig const& workload, std::uint32_t tick_seconds);

}  // namespace fleetcast
