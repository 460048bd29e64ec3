/// What more realizations would tell.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "selection.hpp"

namespace fleetcast {

/// What a selection would be after some number of realizations, if the truth were as now estimated. A guess for planning, no promise.
struct OutlookStep {
  double realizations;
  std::optional<std::uint64_t> chosen;
  std::uint64_t not_excluded;
  double largest_saving_usd;  ///< as in Selection
};

/// Steps of 1, 2, 5, 10, … times the realizations there are (the first as the selection stands), until no cell that is still in question
/// could save more than `indifference` of the chosen one's cost, and no more than a thousandfold.
///
/// A share p̂ is taken to be told from p after ln(1/level)/KL(p̂‖p) realizations (Chernoff's bound), and standard errors to shrink with the
/// root of their number.
///
/// @param indifference  share of the chosen cell's cost that doesn't matter, above 0
/// @return              empty where nothing is chosen and nothing could be: no cell is not excluded
std::vector<OutlookStep> outlook(CellTallies const& tallies, SelectionRule const& rule, Selection const& selection,
                                 std::span<std::uint64_t const> cells, double indifference);

/// Whether nothing that matters is left open at a step.
bool is_settled(CellTallies const& tallies, OutlookStep const& step, double indifference);

}  // namespace fleetcast
