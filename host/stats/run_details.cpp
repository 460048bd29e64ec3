#include "run_details.hpp"

namespace fleetcast {

CellHistogram RunDetails::billed(std::uint64_t cell) const {
  auto const* const counts = sums_.cells[plan_.scenario_of(cell)].billed_histogram(plan_.policies[plan_.policy_of(cell)].slot);
  return {plan_.billed_bins, {counts, counts + plan_.billed_bins.count}};
}

CellHistogram RunDetails::violated(std::uint64_t cell) const {
  auto const* const counts = sums_.cells[plan_.scenario_of(cell)].violated_histogram(plan_.policies[plan_.policy_of(cell)].slot);
  return {plan_.violated_bins, {counts, counts + plan_.violated_bins.count}};
}

}  // namespace fleetcast
