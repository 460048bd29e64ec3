#include "question_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "host/config/error.hpp"
#include "host/report/setting_text.hpp"
#include "host/stats/estimate.hpp"

namespace fleetcast {

namespace {

/// A share that an option gives, or else the result's own.
double share(std::string const& option, std::optional<double> given, double otherwise) {
  if (given && !(*given > 0.0 && *given < 1.0))
    throw Error(ExitCode::usage, fmt::format("{} {}: must lie between 0 and 1, both excluded (certainty can't be simulated)", option, *given));
  return given.value_or(otherwise);
}

/// Refuses what a race can't answer: cells that left it ran too seldom to be asked anything else.
void check_race(std::string const& path, CellTallies const& tallies, DecisionScope const& scope, double reliability, double confidence) {
  if (tallies.left_race.empty()) return;
  std::string const place = path + ": is the result of a race ";
  constexpr char const* again = "; run the sweep with --set search.race=false to ask for it";
  if (std::all_of(tallies.left_race.begin(), tallies.left_race.end(), [](auto why) { return why == 0; })) return;
  if (reliability != tallies.reliability || confidence > tallies.confidence)
    throw Error(ExitCode::bad_data,
                fmt::format("{}for a reliability of {} at a confidence of {}: cells that left it were not run often enough for another question{}",
                            place, tallies.reliability, tallies.confidence, again));
  // each combination of conditions had a race of its own
  bool choices_narrowed = false;
  for (std::size_t i = 0; i < tallies.axes.size(); ++i)
    choices_narrowed |= !is_condition(tallies.axes[i]) && scope.kept[i].size() < tallies.axes[i].values.size();
  for (auto const& group : scope.by_condition(tallies.axes))
    for (std::uint64_t const cell : group.cells)
      if (choices_narrowed && tallies.left(cell) == LeftRace::dearer)
        throw Error(ExitCode::bad_data,
                    fmt::format("{}over the whole grid: {} left it as dearer than a cell elsewhere, so that --pin and --slice can't "
                                "tell the best of a part{}",
                                place, setting_text(tallies.axes, scope.open_choices(tallies.axes), cell), again));
}

}  // namespace

void QuestionOptions::add_to(CLI::App& command) {
  command.add_option("--reliability", reliability, "share of realizations that shall meet the objective (default: sla.reliability of the sweep)")
      ->type_name("SHARE");
  command.add_option("--confidence", confidence, "of intervals and decisions (default: the result's)")->type_name("SHARE");
  scope.add_to(command);
}

Decided QuestionOptions::decide(CellTallies const& tallies, std::string const& path) const {
  DecisionScope const kept = scope.scope(tallies.axes);
  double const wanted = share("--reliability", reliability, tallies.reliability);
  double const named = share("--confidence", confidence, tallies.confidence);
  if (confidence && !(named >= least_confidence && named <= most_confidence))
    throw Error(ExitCode::usage, fmt::format("--confidence {}: must lie in {} to {}", named, least_confidence, most_confidence));
  check_race(path, tallies, kept, wanted, named);
  // a run that was looked at on its way may spend but a part of its α on what is known in the end
  double const now = named == tallies.confidence ? tallies.look_confidence : 1.0 - std::ldexp(1.0 - named, -static_cast<int>(tallies.looks));
  Decided decided{fleetcast::decide(tallies, kept, wanted, now), named, now};
  if (decided.decisions.rule.family_size == 0)
    throw Error(ExitCode::usage, path + ": every cell that --pin and --slice leave contradicts itself and was not run; leave more of the grid");
  return decided;
}

}  // namespace fleetcast
