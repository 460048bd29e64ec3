#include "question_options.hpp"

#include <fmt/format.h>

#include "host/config/error.hpp"

namespace fleetcast {

namespace {

/// A share that an option gives, or else the result's own.
double share(std::string const& option, std::optional<double> given, double otherwise) {
  if (given && !(*given > 0.0 && *given < 1.0))
    throw Error(ExitCode::usage, fmt::format("{} {}: must lie between 0 and 1, both excluded (certainty can't be simulated)", option, *given));
  return given.value_or(otherwise);
}

}  // namespace

void QuestionOptions::add_to(CLI::App& command) {
  command.add_option("--reliability", reliability, "share of realizations that shall meet the objective (default: sla.reliability of the sweep)")
      ->type_name("SHARE");
  command.add_option("--confidence", confidence, "of intervals and decisions (default: the result's)")->type_name("SHARE");
  scope.add_to(command);
}

Decisions QuestionOptions::decide(CellTallies const& tallies, std::string const& path) const {
  Decisions decisions = fleetcast::decide(tallies, scope.scope(tallies.axes), share("--reliability", reliability, tallies.reliability),
                                          share("--confidence", confidence, tallies.confidence));
  if (decisions.rule.family_size == 0)
    throw Error(ExitCode::usage, path + ": every cell that --pin and --slice leave contradicts itself and was not run; leave more of the grid");
  return decisions;
}

}  // namespace fleetcast
