/// A cell of a sweep as a sweep of its own.
#pragma once

#include <cstdint>

#include "host/config/sweep_config.hpp"
#include "plan.hpp"

namespace fleetcast {

/// The sweep with every axis at the cell's value, no grid, and no baseline to compare with.
///
/// Its plan has one scenario and one policy, and draws the very traffic that the cell sees.
SweepConfig cell_config(Plan const& plan, std::uint64_t cell);

}  // namespace fleetcast
