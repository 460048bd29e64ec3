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
  /// Variables that a cell's cost was multiplied with: the parts of the standard error that follow them, signed, and the rest.
  struct Against {
    Sum128 sum = 0, square = 0;         ///< of the traffic's variable: cells with the same realizations of it have the same sums
    double with_baseline_usd = 0;       ///< what follows the baseline's cost; 0 without a baseline
    double with_usd = 0, rest_usd = 0;  ///< what of the remainder follows the traffic's variable, and what neither explains
  };
  Against work, reference;
  std::uint64_t baseline = no_baseline;  ///< its cell
  static constexpr std::uint64_t no_baseline = UINT64_MAX;
};

CostLine cost_line(CellTallies const& tallies, std::uint64_t cell);

/// Standard error of the difference of two mean costs, at most.
///
/// The same traffic drives both cells, so with W the work of a realization, X = a + bW + e and Y alike: Var(X - Y) ≤ (b_x - b_y)² Var(W)
/// + (s_x + s_y)², e's covariance bounded by Cauchy and Schwarz. The same with the reference's replica-ticks in the place of W; the
/// smaller of both, and of s(X) + s(Y), which alone holds where cells differ in what they were run on. Where a baseline was named, X and Y
/// are regressed on its cost as well: the bound is exact against the baseline itself, and close for cells that move like it.
double difference_std_error_usd(CostLine const& x, CostLine const& y);

/// Student's quantile for a one-sided bound that fails with probability `tail`; infinite below 50 realizations, which allow no bound.
double one_sided_t(std::uint64_t realizations, double tail);

}  // namespace fleetcast
