/// What answers to "which setting?" are written from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/config/sweep_config.hpp"
#include "host/stats/cell_details.hpp"
#include "host/stats/cell_tallies.hpp"
#include "host/stats/decision.hpp"
#include "host/stats/tally_estimates.hpp"

namespace fleetcast {

/// What was decided and what figures are taken from. Views: all of it must outlive the answer.
struct Answer {
  CellTallies const& tallies;
  Decisions const& decisions;
  CellDetails const& details;
  SweepConfig const& sweep;
  TallyEstimates& estimates;  ///< at the confidence of the decisions
  double confidence;          ///< what texts name: of all looks at the run together
  std::size_t shown;          ///< settings that tables and lists hold, at most
};

/// "best so far", "not excluded", …: where a cell stands, in words, and as programs read it ("best", "not_excluded", …).
std::string standing_text(Standing standing);
std::string standing_name(Standing standing);

/// Where one of the decision's cells stands.
Standing standing_of(Decision const& decision, std::uint64_t cell);

/// The settings in question that are shown: the chosen, then those not excluded; the least bad ones where all are excluded.
std::vector<std::uint64_t> shown_cells(Answer const& answer, Decision const& decision);
/// Those of a single combination of conditions; of several the first of each, and no more of them than settings are shown.
std::vector<std::uint64_t> shown_cells(Answer const& answer);

/// "99.0% of requests within 500 ms TTFT": what a realization is asked for in a cell.
std::string promise_text(Answer const& answer, std::uint64_t cell);

/// The answer in a sentence or two, with its confidence and what a realization is.
std::string answer_text(Answer const& answer, Decision const& decision);

/// How many cells stand where.
std::string counts_text(Decision const& decision);

/// " among the settings that stayed in the race" where some left: of those, which ran fewer realizations, neither fronts nor prices know.
std::string among_stayed(Answer const& answer);

/// A key's value in a cell: on its axis, or the sweep's.
double answer_value(Answer const& answer, std::string const& key, double sweeps, std::uint64_t cell);

/// What the numbers can't say by themselves, a line each; what intervals speak of is the last.
std::string notes_text(Answer const& answer);

}  // namespace fleetcast
