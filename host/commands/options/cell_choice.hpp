/// From a sweep with a grid to one of its cells.
#pragma once

#include <string>

#include "host/config/sweep_config.hpp"

namespace fleetcast {

/// Gives axes of the sweep one of their values each and takes them off the grid.
///
/// @param choice  "scale_up_at=180000,scale_down_at=140000": an axis by its key or the key's last parts, a value as `run` prints it
///                (six digits are enough)
/// @throws Error usage naming the axes there are, or the values next to one that is on none
void choose_cell(SweepConfig& config, std::string const& choice);

enum class WorkloadAxes {
  chosen,  ///< they matter as others do
  dropped  ///< traffic comes from elsewhere: they are taken off the grid
};

/// Settles axes of a single value. What is left must be one cell; there is no other to compare it with, so a baseline is taken away.
/// @param sweep_file  for the message
/// @throws Error usage naming the axes that are still open
void require_one_cell(SweepConfig& config, WorkloadAxes workload, std::string const& sweep_file);

}  // namespace fleetcast
