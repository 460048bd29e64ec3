/// What decisions are made from: of every cell the few integers they need, whether they come from a run or from a file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/engine/plan.hpp"
#include "host/engine/sums.hpp"

namespace fleetcast {

/// Why a cell got no further realizations.
enum class LeftRace : std::uint8_t { stayed, infeasible, dearer };

/// Sums of products with the baseline of the same scenario, over realizations.
struct BaselineTallies {
  std::vector<std::uint64_t> cell;                                ///< [cell], its baseline's cell
  std::vector<Sum128> billed, violated_ticks, violated_requests;  ///< [cell]
};

/// Columns over cells in the order of the file: row-major over the axes. An invalid cell holds zeros.
struct CellTallies {
  std::vector<Axis> axes;
  double confidence = 0.95;       ///< of the result's intervals
  double reliability = 0.95;      ///< sla.reliability: share of realizations that shall meet the objective
  std::uint32_t looks = 0;        ///< at which the run asked whether it needs more realizations; 0: it never did
  double look_confidence = 0.95;  ///< of intervals and decisions now, so that those of all looks together keep `confidence`
  ObjectivePer objective_per = ObjectivePer::requests;
  std::uint32_t ledger_ticks = 0;
  std::uint32_t tick_seconds = 0;
  std::string period;                       ///< what a realization is called: "day", "7 days", "90 min"
  std::vector<double> stricter_objectives;  ///< rising

  std::vector<std::uint8_t> valid;
  std::vector<std::uint64_t> realizations;         ///< that all the cell's sums are over
  std::vector<std::uint64_t> met, violating;       ///< of these, those that meet the objective; those with a violated tick
  std::vector<std::vector<std::uint64_t>> met_at;  ///< [stricter objective][cell]
  std::vector<std::uint8_t> left_race;             ///< a LeftRace each; empty where no cell left early
  std::vector<double> usd;                         ///< of a billed replica-tick
  std::vector<double> objective;
  std::vector<double> expected_work;  ///< mean work of a realization by the declared laws, replica-milliseconds

  std::vector<Sum128> billed, billed_square;  ///< replica-ticks
  std::vector<Sum128> violated_ticks, violated_ticks_square;
  std::vector<Sum128> violated_requests, violated_requests_square;
  std::vector<Sum128> requests, requests_square, violated_requests_requests;
  std::vector<Sum128> work, work_square, billed_work;  ///< work in replica-milliseconds
  std::vector<Sum128> reference, reference_square, billed_reference;
  std::optional<BaselineTallies> baseline;

  std::uint64_t cells() const { return valid.size(); }
  LeftRace left(std::uint64_t cell) const { return left_race.empty() ? LeftRace::stayed : static_cast<LeftRace>(left_race[cell]); }
  /// Whether a cell has all realizations that were done, so that it can be compared with others that do.
  bool stayed(std::uint64_t cell) const { return valid[cell] != 0 && left(cell) == LeftRace::stayed; }
};

/// Host memory the tallies of a plan's cells take, about.
std::uint64_t tally_bytes(Plan const& plan);

/// The tallies of a run.
CellTallies tally(Plan const& plan, SweepSums const& sums);

/// What a realization of the sweep is called: "day", "7 days", "90 min".
std::string period_name(SweepSection const& sweep);

}  // namespace fleetcast
