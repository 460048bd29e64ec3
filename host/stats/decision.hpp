/// All that a result says about which setting to take.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "decision_scope.hpp"
#include "effects.hpp"
#include "outlook.hpp"
#include "pareto_front.hpp"
#include "selection.hpp"

namespace fleetcast {

/// What keeping an objective takes: the promised one, or a stricter one.
struct ObjectivePrice {
  double objective;
  std::optional<std::uint64_t> surely;       ///< the cheapest cell that surely keeps it; all stricter objectives share one α
  std::optional<std::uint64_t> by_estimate;  ///< the cheapest cell that keeps it by its estimate
};

/// Effects of the open choices, in their order, over the cells of one combination of conditions.
struct ChoiceEffects {
  std::vector<AxisEffect> cost, promised_share, objective_met;
};

/// The decision under one combination of conditions.
struct Decision {
  ConditionCells scope;
  Selection selection;
  std::vector<std::uint64_t> ranked;  ///< the chosen cell, then those not excluded: that keep the promise by their estimate, cheapest first,
                                      ///< and others by how often they meet the objective. All valid cells where all are excluded.
  ParetoFront front;
  std::vector<ObjectivePrice> prices;  ///< the promised objective's first; empty without valid cells
  ChoiceEffects effects;
  std::vector<OutlookStep> outlook;
};

/// Decisions under all combinations of conditions in a scope; what they say holds for all of them together.
struct Decisions {
  DecisionScope scope;
  SelectionRule rule;                            ///< with the family's size
  std::vector<std::size_t> choices, conditions;  ///< axes of more than one value in the scope
  std::vector<Decision> by_condition;
};

/// A saving below this share of the chosen setting's cost is none to simulate on for.
inline constexpr double indifferent_share = 0.01;

/// @param reliability  share of realizations that shall meet the objective, in (0, 1)
/// @param confidence   1 - α of each kind of statement (choice, exclusions, front), in (0, 1)
Decisions decide(CellTallies const& tallies, DecisionScope scope, double reliability, double confidence);

}  // namespace fleetcast
