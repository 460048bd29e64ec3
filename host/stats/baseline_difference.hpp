/// What a setting changes against the baseline, realization by realization.
#pragma once

#include "cell_tallies.hpp"
#include "estimate.hpp"
#include "tally_estimates.hpp"

namespace fleetcast {

/// Differences of a cell's means to the baseline's of the same scenario, both on the same realizations. NaN throughout where none was
/// named, where either of both is invalid, or where they don't have the same realizations.
struct BaselineDifference {
  Estimate cost_usd;                ///< exact pairs: Student's t
  Estimate violated_share;          ///< of all ledger ticks
  Estimate violated_request_share;  ///< of all requests
};

/// Differences of shares take the interval of each share, which Student's t would miss where violations are rare, and the correlation of
/// both from their products (Zou and Donner, Stat. in Medicine 27, 2008): as far apart as l₁ - u₂ would be, were not both moved by the same
/// days.
/// @param estimates  of the same tallies, at the confidence of each interval
BaselineDifference difference_to_baseline(CellTallies const& tallies, TallyEstimates& estimates, std::uint64_t cell);

}  // namespace fleetcast
