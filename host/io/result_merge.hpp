/// Adds up results over disjoint realizations of one plan.
#pragma once

#include <functional>
#include <vector>

#include "result_state.hpp"

namespace fleetcast {

/// Refuses results of different sweeps, versions or builds, and those that looked before their end.
/// @param parts  at least one
/// @throws Error bad_data naming the file and what differs
void check_same_run(std::vector<ResultHeader> const& parts);

/// Refuses results that leave realizations out or have some of them twice.
/// @throws Error bad_data listing all spans with their files
void check_complete(std::vector<ResultHeader> const& parts, Plan const& plan);

/// The sum of all parts, read one after another. Scenarios whose bands no part has are without.
///
/// @param plan  of their sweep
/// @param next  called before each part is read, with its number from 0; ends it all by false
/// @throws Error bad_data (see read_state)
/// @return      none if `next` ended it
std::optional<RunState> add_up(std::vector<ResultHeader> const& parts, Plan const& plan, std::function<bool(std::size_t)> const& next);

}  // namespace fleetcast
