/// From a sweep with traffic on its axes to one of its scenarios.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "host/config/sweep_config.hpp"

namespace fleetcast {

/// Gives every workload axis the value it has in a scenario and empties the grid; all other keys stay as the file has them.
///
/// @param number      of the scenario: row-major over the workload axes in the file's order, the last one fastest. Not needed where
///                    there is one scenario.
/// @param sweep_file  for the message
/// @throws Error usage naming the axes, if the number is missing or too large
void choose_scenario(SweepConfig& config, std::optional<std::uint64_t> number, std::string const& sweep_file);

}  // namespace fleetcast
