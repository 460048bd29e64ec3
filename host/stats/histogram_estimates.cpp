#include "histogram_estimates.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "critical_counts.hpp"
#include "cuda/model/histogram_bins.cuh"
#include "host/engine/bands.hpp"

namespace fleetcast {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// What a bin says of the realizations in it.
class Edges {
 public:
  Edges(HistogramBins bins, Outermost const& outermost) : bins_(bins), outermost_(outermost) {}
  double smallest(std::size_t bin) const { return std::max(edge(bin), outermost_.smallest); }
  double largest(std::size_t bin) const { return std::min(edge(bin + 1) - 1.0, outermost_.largest); }
  double middle(std::size_t bin) const {
    return std::max(std::min(0.5 * (edge(bin) + edge(bin + 1) - 1.0), outermost_.largest), outermost_.smallest);
  }

 private:
  double edge(std::size_t bin) const { return static_cast<double>(histogram_edge(bins_.exact_bits, static_cast<std::uint32_t>(bin))); }

  HistogramBins bins_;
  Outermost outermost_;
};

/// Bin of the order statistic with `rank` smaller ones; rank < n.
std::size_t bin_of_rank(std::span<std::uint32_t const> counts, std::uint64_t rank) {
  std::uint64_t below = 0;
  std::size_t bin = 0;
  while ((below += counts[bin]) <= rank) ++bin;
  return bin;
}

std::uint64_t total(std::span<std::uint32_t const> counts) { return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}); }

}  // namespace

double quantile_of(std::span<std::uint32_t const> counts, HistogramBins bins, double q, Outermost const& outermost) {
  std::uint64_t const n = total(counts);
  return n == 0 ? nan : Edges(bins, outermost).middle(bin_of_rank(counts, quantile_rank(q, n)));
}

QuantileEstimate quantile_interval(std::span<std::uint32_t const> counts, HistogramBins bins, double q, double confidence,
                                   Outermost const& outermost) {
  std::uint64_t const n = total(counts);
  if (n == 0) return {nan, nan, nan};
  // the number of realizations below the true quantile is Binomial(n, q): these counts of them would prove it to lie elsewhere
  double const tail = 0.5 * (1.0 - confidence);
  std::uint64_t const low_rank = surely_infeasible_below(n, q, tail);
  std::uint64_t const high_rank = surely_feasible_from(n, q, tail);
  Edges const edges(bins, outermost);
  return {quantile_of(counts, bins, q, outermost), low_rank == 0 ? -infinite : edges.smallest(bin_of_rank(counts, low_rank - 1)),
          high_rank > n ? infinite : edges.largest(bin_of_rank(counts, high_rank - 1))};
}

Estimate tail_mean(std::span<std::uint32_t const> counts, HistogramBins bins, double q, double confidence, Outermost const& outermost) {
  std::uint64_t const n = total(counts);
  if (n == 0) return {nan, nan, nan, nan};
  std::uint64_t const rank = quantile_rank(q, n);
  std::size_t const from = bin_of_rank(counts, rank);
  Edges const edges(bins, outermost);
  auto const of_bins = [&](double (Edges::*value)(std::size_t) const) {
    double const start = (edges.*value)(from);
    double sum = 0;
    for (std::size_t bin = from; bin < counts.size(); ++bin)
      if (counts[bin] > 0) sum += counts[bin] * ((edges.*value)(bin)-start);
    return start + sum / static_cast<double>(n) / (1.0 - q);
  };
  double const mean = of_bins(&Edges::middle);
  double const start = edges.middle(from);
  double sum = 0, square = 0;
  for (std::size_t bin = from; bin < counts.size(); ++bin) {
    double const excess = edges.middle(bin) - start;
    sum += counts[bin] * excess;
    square += counts[bin] * excess * excess;
  }
  if (n < 2) return {mean, nan, nan, nan};
  auto const realizations = static_cast<double>(n);
  double const variance = (square - sum * sum / realizations) / (realizations - 1.0);
  double const error = std::sqrt(std::max(0.0, variance) / realizations) / (1.0 - q);
  std::uint64_t const beyond = n - rank;
  if (beyond < fewest_for_intervals) return {mean, error, nan, nan};
  double const t =
      boost::math::quantile(boost::math::complement(boost::math::students_t(static_cast<double>(beyond) - 1.0), 0.5 * (1.0 - confidence)));
  return {mean, error, of_bins(&Edges::smallest) - t * error, of_bins(&Edges::largest) + t * error};
}

}  // namespace fleetcast
