/// A cell of a sweep as a sweep of its own.
#pragma once

#include <cstddef>
#include <vector>

#include "host/config/sweep_config.hpp"
#include "plan.hpp"

namespace fleetcast {

/// The sweep with every axis at the cell's value: no grid, no baseline to compare with, nothing to stop early for.
///
/// Its plan has one scenario and one policy, and draws the very traffic that the cell sees.
///
/// @param position  of the cell along each axis
SweepConfig cell_config(SweepConfig config, std::vector<Axis> const& axes, std::vector<std::size_t> const& position);

}  // namespace fleetcast
