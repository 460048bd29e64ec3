/// What a sweep will take, told before it runs.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "host/commands/options/sweep_options.hpp"
#include "host/engine/plan.hpp"

namespace fleetcast {

struct PlanSummary {
  Plan const& plan;
  SweepOptions::Choice choice;
  bool raw;                  ///< whether every realization's ledger is written too
  std::uint32_t copies = 0;  ///< of a scenario's sums that are kept beside the whole: what devices have not brought home, what an audit compares

  /// Requests drawn over all scenarios and realizations, on average.
  double expected_requests() const;
  double steps() const;
  /// From typical rates of one core with this backend; within a factor of three.
  double estimated_seconds() const;
  /// Of this process, at its most.
  std::uint64_t memory_bytes() const;

  std::string text() const;
  nlohmann::ordered_json json() const;
};

}  // namespace fleetcast
