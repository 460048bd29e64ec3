/// Which cells a decision is made among: conditions are given, choices are made.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/engine/plan.hpp"

namespace fleetcast {

/// Whether an axis is a condition that no planner chooses (traffic, the promise, the price of a GPU-hour) rather than a choice.
bool is_condition(Axis const& axis);

/// The cells of one combination of conditions.
struct ConditionCells {
  std::vector<std::size_t> position;  ///< of the conditions along each axis; 0 along choices
  std::vector<std::uint64_t> cells;   ///< row-major over the choices kept
};

/// A part of the grid: some values of each axis.
struct DecisionScope {
  std::vector<std::vector<std::size_t>> kept;  ///< per axis: positions, ascending, at least one

  /// The whole grid.
  explicit DecisionScope(std::vector<Axis> const& axes);
  bool is_whole(std::vector<Axis> const& axes) const;

  /// Axes with more than one value left that are choices, or conditions.
  std::vector<std::size_t> open_choices(std::vector<Axis> const& axes) const;
  std::vector<std::size_t> open_conditions(std::vector<Axis> const& axes) const;

  /// One entry for each combination of conditions, row-major.
  std::vector<ConditionCells> by_condition(std::vector<Axis> const& axes) const;
};

}  // namespace fleetcast
