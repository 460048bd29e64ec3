#include "cell_figures.hpp"

#include "cost_difference.hpp"

namespace fleetcast {

CellFigures cell_figures(CellTallies const& tallies, TallyEstimates& estimates, CellDetails const& details, std::uint64_t cell) {
  CellFigures figures{{}, estimates.objective_met(cell), estimates.budget_burn(cell)};
  for (std::uint32_t q = 0; q < quantity_count; ++q) {
    Estimate& e = figures.quantities[q];
    e = details.quantity(static_cast<Quantity>(q), cell);
    if (estimates.confidence() == tallies.confidence) continue;
    double const t = one_sided_t(tallies.realizations[cell], 0.5 * (1.0 - estimates.confidence()));
    e.low = e.mean - t * e.std_error;
    e.high = e.mean + t * e.std_error;
  }
  figures.quantities[static_cast<std::size_t>(Quantity::cost_usd)] = estimates.cost_usd(cell);
  figures.quantities[static_cast<std::size_t>(Quantity::violated_share)] = estimates.violated_share(cell);
  figures.quantities[static_cast<std::size_t>(Quantity::violated_request_share)] = estimates.violated_request_share(cell);
  return figures;
}

}  // namespace fleetcast
