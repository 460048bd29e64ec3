/// Instructions that a warp issues in the hot loops, counted in their sm_90 code: what bounds their rates. The budget tests hold
/// these figures against the code (tests/budget).
#pragma once

namespace fleetcast {

inline constexpr double request_slots = 19.25;      ///< token lengths, per request
inline constexpr double whole_step_slots = 49.7;    ///< whole model, four latency levels, five boot ticks, per step
inline constexpr double classic_step_slots = 15.8;  ///< memoryless, instant, no cooldowns, no levels, per step

}  // namespace fleetcast
