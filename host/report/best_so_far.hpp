/// The best settings of a run that is not over yet.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "host/engine/plan.hpp"
#include "host/engine/sums.hpp"
#include "run_facts.hpp"

namespace fleetcast {

/// Under each combination of conditions that has one, the cheapest cell that surely keeps the promise on what is done so far, by the rule that
/// `select` (host/stats/selection.hpp) chooses by.
///
/// To be watched, not to be acted on: each says what would be chosen if the run ended now and nobody had looked before.
///
/// @param left  per cell, not 0: it left a race; empty while none has
std::vector<BestSetting> best_so_far(Plan const& plan, SweepSums const& sums, std::span<std::uint8_t const> left);

}  // namespace fleetcast
