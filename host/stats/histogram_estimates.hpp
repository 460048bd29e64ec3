/// Quantiles and tail means of a histogram of integers, with intervals.
#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "cuda/model/records.cuh"
#include "estimate.hpp"

namespace fleetcast {

/// The outermost realizations, in the histogram's integers: a bin may reach beyond them.
struct Outermost {
  double smallest = -std::numeric_limits<double>::infinity();
  double largest = std::numeric_limits<double>::infinity();
};

/// Order statistic of rank quantile_rank(q, n): the middle of its bin, within the outermost. NaN without realizations.
double quantile_of(std::span<std::uint32_t const> counts, HistogramBins bins, double q, Outermost const& outermost);

/// A quantile over realizations, in the histogram's integers.
struct QuantileEstimate {
  double value;  ///< quantile_of()
  double low;    ///< -infinity where n is too small for a lower end
  double high;   ///< infinity where n is too small for an upper end
};

/// The interval lies between two order statistics, chosen by the binomial law so that each end misses the true quantile with at most
/// (1 - confidence)/2, whatever the law (Hahn and Meeker, Statistical Intervals, 5.2); its ends move outward to their bins' edges, though not beyond
/// the outermost. A two-sided 95% interval of the 99% quantile needs 368 realizations.
/// @param counts  realizations by bin
/// @param q       in (0, 1)
QuantileEstimate quantile_interval(std::span<std::uint32_t const> counts, HistogramBins bins, double q, double confidence,
                                   Outermost const& outermost = {});

/// Mean of the worst share 1 - q of realizations (the conditional tail expectation), in the histogram's integers.
///
/// The minimum over v of v + E[max(0, X - v)]/(1 - q) (Rockafellar and Uryasev, J. of Risk 2, 2000), so that an error of the quantile counts
/// only in second order. Student's t on max(0, X - v), with as many degrees of freedom as realizations beyond v, less one; ends move outward
/// by what bins hide, within the outermost. NaN ends where fewer than fewest_for_intervals realizations lie in the tail: 1000 for the worst 5%.
Estimate tail_mean(std::span<std::uint32_t const> counts, HistogramBins bins, double q, double confidence, Outermost const& outermost = {});

}  // namespace fleetcast
