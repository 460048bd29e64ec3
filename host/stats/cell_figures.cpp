#include "cell_figures.hpp"

#include <cmath>

#include "cost_difference.hpp"
#include "estimate.hpp"

namespace fleetcast {

namespace {

/// A quantity of a cell at another confidence than the file's, from its mean and error there.
Estimate at_confidence(double confidence, CellTallies const& tallies, Quantity quantity, std::uint64_t cell, Estimate const& e) {
  std::uint64_t const n = tallies.realizations[cell];
  Estimator const estimator(n, confidence);
  double const ticks = tallies.ledger_ticks;
  switch (quantity) {
    case Quantity::shed_share: return estimator.share(e);
    case Quantity::ticks_at_max: return scaled(estimator.share(scaled(e, 1.0 / ticks)), ticks);
    case Quantity::longest_violation_minutes: {
      double const minutes = ticks * tallies.tick_seconds / 60.0;
      Estimate const of_ledger = scaled(e, 1.0 / minutes);
      // the sums in ticks that mean and error came from
      double const count = static_cast<double>(n), mean = of_ledger.mean * ticks, error = of_ledger.std_error * ticks;
      double const square = count * (count - 1.0) * error * error + count * mean * mean;
      return scaled(estimator.share(of_ledger, {tallies.violating[cell], static_cast<Sum128>(std::llround(count * mean)),
                                                static_cast<Sum128>(std::llround(std::isnan(square) ? 0.0 : square))}),
                    minutes);
    }
    default: {
      double const t = one_sided_t(n, 0.5 * (1.0 - confidence));
      return {e.mean, e.std_error, e.mean - t * e.std_error, e.mean + t * e.std_error};
    }
  }
}

QuantileEstimate times(QuantileEstimate const& e, double factor) { return {factor * e.value, factor * e.low, factor * e.high}; }

}  // namespace

CellFigures cell_figures(CellTallies const& tallies, TallyEstimates& estimates, CellDetails const& details, std::uint64_t cell) {
  double const confidence = estimates.confidence();
  CellFigures figures{{},
                      estimates.objective_met(cell),
                      estimates.budget_burn(cell),
                      cost_with_known_work(tallies, confidence, cell),
                      {},
                      {},
                      {},
                      difference_to_baseline(tallies, estimates, cell)};
  for (std::uint32_t q = 0; q < quantity_count; ++q) {
    Estimate& e = figures.quantities[q];
    e = details.quantity(static_cast<Quantity>(q), cell);
    if (confidence != tallies.look_confidence) e = at_confidence(confidence, tallies, static_cast<Quantity>(q), cell, e);
  }
  figures.quantities[static_cast<std::size_t>(Quantity::cost_usd)] = estimates.cost_usd(cell);
  figures.quantities[static_cast<std::size_t>(Quantity::violated_share)] = estimates.violated_share(cell);
  figures.quantities[static_cast<std::size_t>(Quantity::violated_request_share)] = estimates.violated_request_share(cell);
  CellHistogram const billed = details.billed(cell);
  CellHistogram const violated = details.violated(cell);
  for (std::size_t i = 0; i < told_quantiles.size(); ++i) {
    figures.cost_usd[i] = times(quantile_interval(billed.counts, billed.bins, told_quantiles[i], confidence, billed.outermost), tallies.usd[cell]);
    figures.violated_share[i] =
        times(quantile_interval(violated.counts, violated.bins, told_quantiles[i], confidence, violated.outermost), 1.0 / tallies.ledger_ticks);
  }
  figures.cost_usd_tail = scaled(tail_mean(billed.counts, billed.bins, 1.0 - told_tail, confidence, billed.outermost), tallies.usd[cell]);
  return figures;
}

}  // namespace fleetcast
