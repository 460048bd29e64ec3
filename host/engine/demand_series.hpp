/// The demand of one workload, tick by tick.
#pragma once

#include <cstdint>
#include <vector>

#include "plan.hpp"

namespace fleetcast {

/// What a workload asks of the fleet in each tick, the warm-up first. The three vectors have one entry a tick.
struct DemandSeries {
  std::uint32_t warmup_ticks = 0;
  std::vector<std::uint32_t> requests;  ///< below 2^31
  std::vector<std::uint64_t> prompt_tokens;
  std::vector<std::uint64_t> completion_tokens;

  /// As kernels see a tile of one realization; classes and clamped ticks are left out.
  DemandView view() { return {ticks(), nullptr, requests.data(), prompt_tokens.data(), completion_tokens.data(), nullptr}; }

  std::uint32_t ticks() const { return static_cast<std::uint32_t>(requests.size()); }
  std::uint32_t ledger_ticks() const { return ticks() - warmup_ticks; }
};

/// Draws the demand that a run of the plan sees in one realization of a scenario: the same integers.
///
/// @param scenario     a scenario without a problem
/// @param realization  any number; a run has those below plan.realizations
DemandSeries draw_demand(Plan const& plan, std::uint32_t scenario, std::uint64_t realization);

/// The same demand in ticks `times` as long: what came in each, added up.
///
/// @param times  divides the ticks of the warm-up and those of the ledger
/// @throws Error bad_data if 2^31 requests or more come in a tick
DemandSeries in_longer_ticks(DemandSeries const& series, std::uint32_t times);

}  // namespace fleetcast
