/// What a setting changes against the baseline, realization by realization.
#pragma once

#include "cell_tallies.hpp"
#include "estimate.hpp"
#include "tally_estimates.hpp"

namespace fleetcast {

/// Differences of a cell's means to the baseline's of the same scenario, both on the same realizations. NaN throughout where none was
/// named, where either of both is invalid, where they don't have the same realizations, or where promise or price differ (is_condition()):
/// what a setting changes is one thing, what a condition does another.
struct BaselineDifference {
  Estimate cost_usd;                ///< exact pairs: Student's t
  Estimate violated_share;          ///< of all ledger ticks
  Estimate violated_request_share;  ///< of all requests
};

/// Differences of shares are exact pairs, too, but where violations are rare Student's interval would miss them as it misses the shares: it
/// is stretched to both sides as much as the wider of both shares' intervals is upwards (share_interval.hpp). Two settings whose
/// realizations never differ have an interval of what a realization that does would cost if it were lost whole; the baseline itself none.
/// How many realizations differ is not counted: where only a few do, though both settings violate often, intervals hold less than they say
/// (78 to 90% of the time where 3 to 32 of 1000 days differ, resampled).
/// @param estimates  of the same tallies, at the confidence of each interval
BaselineDifference difference_to_baseline(CellTallies const& tallies, TallyEstimates& estimates, std::uint64_t cell);

/// That of the share which the objective is about.
Estimate const& promised(BaselineDifference const& difference, CellTallies const& tallies);

}  // namespace fleetcast
