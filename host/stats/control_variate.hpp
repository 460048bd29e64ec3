/// Mean cost, made more certain by a total whose mean is known beforehand.
#pragma once

#include "cell_tallies.hpp"
#include "estimate.hpp"

namespace fleetcast {

/// Mean cost of a cell with the work of its realizations as a control variate.
struct ControlledCost {
  Estimate usd;            ///< interval by Student's t with n - 2 degrees of freedom; NaN below fewest_for_intervals realizations
  double variance_factor;  ///< variance of the plain mean over this one's: so many times fewer realizations give the same error
};

/// The regression estimator x̄ - b(w̄ - E[W]) of mean cost: W is a realization's work, whose mean the declared laws of arrivals and lengths
/// give without simulation (Lavenberg and Welch, Management Science 27, 1981; Cochran, Sampling Techniques, chapter 7).
/// For cost alone: broken promises hang on a day's course, not on its total.
/// @param confidence  of the interval, in (0, 1)
/// @return            NaN throughout for an invalid cell
ControlledCost cost_with_known_work(CellTallies const& tallies, double confidence, std::uint64_t cell);

}  // namespace fleetcast
