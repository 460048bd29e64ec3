/// Which axes matter: how much of a quantity's variation over the grid each of them explains.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fleetcast {

/// Shares of the variance over the grid.
struct AxisEffect {
  double main;   ///< Var(E[f | this axis]) / Var(f): what knowing this axis alone explains
  double total;  ///< E[Var(f | all other axes)] / Var(f): what is lost without it, its interactions included
};

/// First-order and total effects (Sobol', Math. Comput. Simul. 55, 2001; Saltelli et al., Comput. Phys. Commun. 181, 2010) over the cells
/// of a grid, each cell that counts weighing the same.
///
/// Computed from all cells, not from a sample. Where cells are missing (invalid ones) the axes are no longer independent of each other;
/// both shares are then those of the uniform law on the cells there are, for which the law of total variance holds as it stands, but main
/// effects may pass total ones and need not add up to 1 (Kucherenko, Tarantola and Annoni, Comput. Phys. Commun. 183, 2012).
///
/// @param shape   lengths of the axes
/// @param values  row-major; NaN where a cell is missing
/// @return        one for each axis; NaN throughout where nothing varies
std::vector<AxisEffect> axis_effects(std::span<std::size_t const> shape, std::span<double const> values);

}  // namespace fleetcast
