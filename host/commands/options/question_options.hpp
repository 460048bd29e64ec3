/// What is asked of a result: --reliability, --confidence, --pin, --slice.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "host/stats/decision.hpp"
#include "scope_options.hpp"

namespace fleetcast {

/// The answers, one for each combination of conditions.
struct Decided {
  Decisions decisions;
  double confidence;      ///< what was asked for: of all looks at the run together
  double confidence_now;  ///< what intervals and decisions are at
};

struct QuestionOptions {
  ScopeOptions scope;
  std::optional<double> reliability, confidence;  ///< default: the result's own

  void add_to(CLI::App& command);

  /// @param path  of the result, for messages
  /// @throws Error usage (a share outside (0, 1), a pin that is on no axis, nothing left that was run); bad_data (a race's result, asked
  ///               what it can't answer)
  Decided decide(CellTallies const& tallies, std::string const& path) const;
};

}  // namespace fleetcast
