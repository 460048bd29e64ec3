/// --pin and --slice: from a result's grid to a part of it.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "host/stats/decision_scope.hpp"

namespace fleetcast {

struct ScopeOptions {
  std::vector<std::string> pins, slices;

  void add_to(CLI::App& command);

  /// The part of the grid that is left.
  /// @throws Error usage naming the axes there are, or the values nearest to one that is on none
  DecisionScope scope(std::vector<Axis> const& axes) const;
};

}  // namespace fleetcast
