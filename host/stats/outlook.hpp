/// What more realizations would tell.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "selection.hpp"

namespace fleetcast {

/// How many realizations would settle a selection, if the truth were as now estimated. A guess for planning, no promise.
struct Outlook {
  double realizations;  ///< infinite where no number of them would
  std::uint64_t cell;   ///< the cell that takes longest to tell apart, or, where none is chosen yet, the one that is proved soonest
};

/// With a chosen cell: realizations until no cell that is still in question could save more than `indifference` of its cost, because its
/// cost is known well enough or because it is known not to keep the promise (or to keep it, and so is chosen). Without: realizations until
/// the first cell surely keeps it.
///
/// A share p̂ is told from p after about ln(1/level)/KL(p̂‖p) realizations (Chernoff's bound), a cost difference after as many as shrink its
/// standard error to the gap.
///
/// @param indifference  share of the chosen cell's cost that doesn't matter, above 0
/// @return              nothing where the selection is settled, or nothing can be chosen
std::optional<Outlook> outlook(CellTallies const& tallies, SelectionRule const& rule, Selection const& selection,
                               std::span<std::uint64_t const> cells, double indifference);

}  // namespace fleetcast
