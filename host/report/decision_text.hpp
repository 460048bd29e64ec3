/// Decisions of the autoscaler in words.
#pragma once

#include <string>

#include "cuda/model/records.cuh"
#include "host/engine/replay.hpp"

namespace fleetcast {

/// A decision and its reason, without commas: "up: 231000 tokens/replica above 220000 (6 to 7)", "hold",
/// "none: cooldown 3 min left (231000 tokens/replica above 220000)", "none: next look in 2 min".
std::string decision_text(Decision const& decision, Signal signal, std::uint32_t tick_seconds);

}  // namespace fleetcast
