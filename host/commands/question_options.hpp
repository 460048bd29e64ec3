/// What is asked of a result: --reliability, --confidence, --pin, --slice.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "host/stats/decision.hpp"
#include "scope_options.hpp"

namespace fleetcast {

struct QuestionOptions {
  ScopeOptions scope;
  std::optional<double> reliability, confidence;  ///< default: the result's own

  void add_to(CLI::App& command);

  /// The answers, one for each combination of conditions.
  /// @param path  of the result, for messages
  /// @throws Error usage (a share outside (0, 1), a pin that is on no axis, nothing left that was run)
  Decisions decide(CellTallies const& tallies, std::string const& path) const;
};

}  // namespace fleetcast
