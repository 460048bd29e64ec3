/// The cells that still run, when others have left a race.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "plan.hpp"

namespace fleetcast {

/// [policy], not 0: can be run.
std::vector<std::uint8_t> valid_policies(Plan const& plan);

class Field {
 public:
  /// @param left  [cell], not 0: gets no more realizations; empty: all run. A baseline runs on for as long as others of its scenario do.
  Field(Plan const& plan, std::vector<std::uint8_t> const& left);

  Plan const& whole() const { return plan_; }
  /// Whether every cell of every scenario has left.
  bool is_over() const;
  bool is_over(std::uint32_t scenario) const { return cells_[scenario] == 0; }
  /// Cells of a scenario that run.
  std::uint64_t cells(std::uint32_t scenario) const { return cells_[scenario]; }
  /// The plan of the policies that a scenario runs: whole() itself where none has left.
  std::shared_ptr<Plan const> const& plan(std::uint32_t scenario) const { return plans_[scenario]; }
  /// [policy], not 0: runs in the scenario
  std::vector<std::uint8_t> const& stays(std::uint32_t scenario) const { return stays_[scenario]; }

 private:
  Plan const& plan_;
  std::vector<std::uint64_t> cells_;                ///< [scenario]
  std::vector<std::vector<std::uint8_t>> stays_;    ///< [scenario][policy]
  std::vector<std::shared_ptr<Plan const>> plans_;  ///< [scenario]
};

}  // namespace fleetcast
