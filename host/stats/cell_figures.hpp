/// Every figure of one cell.
#pragma once

#include <array>
#include <cstdint>

#include "cell_details.hpp"
#include "tally_estimates.hpp"

namespace fleetcast {

/// What is known of a cell, all at one confidence.
struct CellFigures {
  std::array<Estimate, quantity_count> quantities;
  Estimate objective_met;
  Estimate budget_burn;  ///< expected share of the error budget that is used up

  Estimate const& of(Quantity quantity) const { return quantities[static_cast<std::size_t>(quantity)]; }
};

/// @param estimates  at the confidence asked for; what is no tally is taken from `details` and brought to it
CellFigures cell_figures(CellTallies const& tallies, TallyEstimates& estimates, CellDetails const& details, std::uint64_t cell);

}  // namespace fleetcast
