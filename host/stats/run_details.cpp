#include "run_details.hpp"

namespace fleetcast {

namespace {

Outermost outermost_of(CellSums const& sums, Entry entry, std::uint32_t slot) {
  auto const extreme = static_cast<std::uint32_t>(entry);
  return {static_cast<double>(sums.smallest(extreme, slot)), static_cast<double>(sums.largest(extreme, slot))};
}

}  // namespace

CellHistogram RunDetails::billed(std::uint64_t cell) const {
  CellSums const& sums = sums_.cells[plan_.scenario_of(cell)];
  std::uint32_t const slot = plan_.policies[plan_.policy_of(cell)].slot;
  auto const* const counts = sums.billed_histogram(slot);
  return {plan_.billed_bins, {counts, counts + plan_.billed_bins.count}, outermost_of(sums, Entry::billed_replica_ticks, slot)};
}

CellHistogram RunDetails::violated(std::uint64_t cell) const {
  CellSums const& sums = sums_.cells[plan_.scenario_of(cell)];
  std::uint32_t const slot = plan_.policies[plan_.policy_of(cell)].slot;
  auto const* const counts = sums.violated_histogram(slot);
  return {plan_.violated_bins, {counts, counts + plan_.violated_bins.count}, outermost_of(sums, Entry::violated_ticks, slot)};
}

}  // namespace fleetcast
