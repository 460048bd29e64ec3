/// What is said of a sweep before it is run.
#pragma once

#include <string>
#include <vector>

#include "host/commands/plan_summary.hpp"
#include "host/engine/plan.hpp"

namespace fleetcast {

/// Refuses a sweep whose sums the machine can't hold, before it tries.
/// @throws Error bad_config
void check_memory(PlanSummary const& summary);

/// What the plan found that a planner should know, one sentence each.
std::vector<std::string> plan_warnings(Plan const& plan);

}  // namespace fleetcast
