/// What the looks at a run found, and why it ended when it did: for people and for programs.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "host/engine/run_state.hpp"
#include "host/stats/stop_rule.hpp"

namespace fleetcast {

/// What one look found.
nlohmann::ordered_json look_json(Plan const& plan, LookRecord const& look);

/// Views: plan and rule must outlive it.
struct LookReport {
  Plan const& plan;
  StopRule const& rule;
  Effort effort;

  /// The full grid's cell-days over those that were run.
  double factor_saved() const;
  std::string text() const;
  nlohmann::ordered_json json() const;
};

}  // namespace fleetcast
