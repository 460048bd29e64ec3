/// Single cells of a run that has just ended.
#pragma once

#include "cell_details.hpp"

namespace fleetcast {

/// Statistics of a run's cells. Views: plan and sums must outlive it.
class RunDetails final : public CellDetails {
 public:
  RunDetails(Plan const& plan, SweepSums const& sums) : plan_(plan), sums_(sums), statistics_(plan, sums) {}

  Estimate quantity(Quantity quantity, std::uint64_t cell) const override { return statistics_.of(quantity, cell).estimate; }
  CellHistogram billed(std::uint64_t cell) const override;
  CellHistogram violated(std::uint64_t cell) const override;

 private:
  Plan const& plan_;
  SweepSums const& sums_;
  CellStatistics statistics_;
};

}  // namespace fleetcast
