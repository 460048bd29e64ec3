/// How far apart the mean costs of two cells are, from sums that were kept of each alone.
#pragma once

#include <cstdint>

#include "cell_tallies.hpp"

namespace fleetcast {

/// A cell's mean cost and how much of its standard error moves with the traffic.
struct CostLine {
  std::uint64_t realizations = 0;
  double mean_usd = 0;
  double std_error_usd = 0;  ///< NaN below two realizations
  /// One variable that a cell's cost was multiplied with: the part of the standard error that follows it, signed, and the rest.
  struct Against {
    Sum128 sum = 0, square = 0;  ///< of the variable: cells with the same realizations of it have the same sums
    double with_usd = 0, rest_usd = 0;
  };
  Against work, reference;
};

CostLine cost_line(CellTallies const& tallies, std::uint64_t cell);

/// Standard error of the difference of two mean costs, at most.
///
/// The same traffic drives both cells, so with W the work of a realization, X = a + bW + e and Y alike: Var(X - Y) ≤ (b_x - b_y)² Var(W)
/// + (s_x + s_y)², e's covariance bounded by Cauchy and Schwarz. The same with the reference's replica-ticks in the place of W; the
/// smaller of both, and of s(X) + s(Y), which alone holds where cells differ in what they were run on.
double difference_std_error_usd(CostLine const& x, CostLine const& y);

/// Student's quantile for a one-sided bound that fails with probability `tail`; infinite below 50 realizations, which allow no bound.
double one_sided_t(std::uint64_t realizations, double tail);

}  // namespace fleetcast
