/// Means and intervals of single cells, from tallies.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <utility>

#include "cell_tallies.hpp"
#include "estimate.hpp"

namespace fleetcast {

/// Mean cost of a realization of a valid cell.
double mean_cost_usd(CellTallies const& tallies, std::uint64_t cell);
/// Share of requests, or of minutes (what sla.per names), that break the promise in a valid cell; NaN where there were no requests.
double mean_promised_share(CellTallies const& tallies, std::uint64_t cell);
/// Share of a valid cell's realizations that were counted in a column, such as `met`.
double share_of_realizations(CellTallies const& tallies, std::span<std::uint64_t const> counts, std::uint64_t cell);

/// Estimates of cells at one confidence. Remembers what depends on counts alone, so that asking for a million cells is quick; not to be
/// shared between threads. NaN throughout for an invalid cell.
class TallyEstimates {
 public:
  /// @param confidence  of every interval by itself, in (0, 1)
  TallyEstimates(CellTallies const& tallies, double confidence) : tallies_(tallies), confidence_(confidence) {}

  double confidence() const { return confidence_; }

  /// Cost of a realization.
  Estimate cost_usd(std::uint64_t cell);
  /// Violated ticks, of all ledger ticks.
  Estimate violated_share(std::uint64_t cell);
  /// Requests in violated ticks, of all requests.
  Estimate violated_request_share(std::uint64_t cell);
  /// That of the two which sla.per names.
  Estimate promised_share(std::uint64_t cell);
  /// Share of realizations that meet the objective.
  Estimate objective_met(std::uint64_t cell);
  /// Share of realizations that would meet stricter_objectives[level].
  Estimate objective_met_at(std::size_t level, std::uint64_t cell);
  /// Expected share of the error budget that is used up: promised share over 1 - objective. Infinite where the budget is 0 and not kept.
  Estimate budget_burn(std::uint64_t cell);

  /// The estimator for a number of realizations; valid as long as this.
  Estimator const& estimator(std::uint64_t realizations);

 private:
  Estimate proportion(std::uint64_t count, std::uint64_t realizations);

  CellTallies const& tallies_;
  double confidence_;
  std::map<std::uint64_t, Estimator> estimators_;                            ///< by number of realizations
  std::map<std::pair<std::uint64_t, std::uint64_t>, Estimate> proportions_;  ///< by realizations and count
};

}  // namespace fleetcast
