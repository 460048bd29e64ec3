#include "cell_figures.hpp"

#include "cost_difference.hpp"

namespace fleetcast {

namespace {

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
    if (confidence == tallies.look_confidence) continue;
    double const t = one_sided_t(tallies.realizations[cell], 0.5 * (1.0 - confidence));
    e.low = e.mean - t * e.std_error;
    e.high = e.mean + t * e.std_error;
  }
  figures.quantities[static_cast<std::size_t>(Quantity::cost_usd)] = estimates.cost_usd(cell);
  figures.quantities[static_cast<std::size_t>(Quantity::violated_share)] = estimates.violated_share(cell);
  figures.quantities[static_cast<std::size_t>(Quantity::violated_request_share)] = estimates.violated_request_share(cell);
  CellHistogram const billed = details.billed(cell);
  CellHistogram const violated = details.violated(cell);
  for (std::size_t i = 0; i < told_quantiles.size(); ++i) {
    figures.cost_usd[i] = times(quantile_interval(billed.counts, billed.bins, told_quantiles[i], confidence), tallies.usd[cell]);
    figures.violated_share[i] = times(quantile_interval(violated.counts, violated.bins, told_quantiles[i], confidence), 1.0 / tallies.ledger_ticks);
  }
  figures.cost_usd_tail = scaled(tail_mean(billed.counts, billed.bins, 1.0 - told_tail, confidence), tallies.usd[cell]);
  return figures;
}

}  // namespace fleetcast
