/// The quantities of a result, of one replay.
#pragma once

#include "host/engine/replay.hpp"
#include "quantities.hpp"

namespace fleetcast {

/// A policy's replay, and what prices and judges it.
struct ReplayJudge {
  Plan const& plan;
  PolicyInfo const& policy;
  ReplayLedger const& ledger;
  std::uint32_t ledger_ticks;

  /// The quantity as a run reports it for a single realization; NaN where it divides by nothing (no requests, no billed replica).
  double of(Quantity quantity) const;

  /// Whether the share of requests (or minutes) that keeps the promise reaches the objective, exactly.
  bool objective_met() const;
};

}  // namespace fleetcast
