/// Every figure of one cell.
#pragma once

#include <array>
#include <cstdint>

#include "baseline_difference.hpp"
#include "cell_details.hpp"
#include "control_variate.hpp"
#include "histogram_estimates.hpp"
#include "tally_estimates.hpp"

namespace fleetcast {

/// Quantiles over realizations that are told of costs and violations.
inline constexpr std::array<double, 4> told_quantiles{0.5, 0.9, 0.95, 0.99};
/// The worst share of realizations whose mean cost is told.
inline constexpr double told_tail = 0.05;

/// What is known of a cell, all at one confidence.
struct CellFigures {
  std::array<Estimate, quantity_count> quantities;
  Estimate objective_met;
  Estimate budget_burn;                                                          ///< expected share of the error budget that is used up
  ControlledCost controlled;                                                     ///< mean cost again, by what is known of the work beforehand
  std::array<QuantileEstimate, told_quantiles.size()> cost_usd, violated_share;  ///< at told_quantiles; infinite ends: too few realizations
  Estimate cost_usd_tail;                                                        ///< mean of the dearest told_tail of realizations
  BaselineDifference difference;                                                 ///< NaN throughout without a baseline

  Estimate const& of(Quantity quantity) const { return quantities[static_cast<std::size_t>(quantity)]; }
};

/// @param estimates  at the confidence asked for; what is no tally is taken from `details` and brought to it
CellFigures cell_figures(CellTallies const& tallies, TallyEstimates& estimates, CellDetails const& details, std::uint64_t cell);

}  // namespace fleetcast
