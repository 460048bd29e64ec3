/// One setting on a median and on a bad realization: which they are, and what happened in them.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "host/engine/backend.hpp"
#include "host/engine/plan.hpp"

namespace fleetcast {

/// Realizations of a cell in order of how they went.
struct RankedRealizations {
  std::vector<std::uint64_t> order;  ///< numbers of realizations, best first
  Sum128 billed_replica_ticks = 0;   ///< of all of them
};

/// Orders realizations by what violated the promise (requests or minutes, as the objective counts), then by cost.
///
/// @param plan  of one cell; its realizations from the first on are looked at
/// @param stop  looked at often; once true nothing is ordered
RankedRealizations rank_realizations(Plan const& plan, Backend& backend, std::atomic<bool> const& stop);

/// What happened over the ledger of a realization, in blocks of ticks: no more of them than a picture has columns.
struct RealizationTimeline {
  std::uint64_t realization = 0;
  double block_minutes = 0;
  std::vector<float> tokens_per_minute, billed, ready;  ///< means over the block's ticks
  std::vector<float> needed;                            ///< replicas' worth of work that came or waited, mean
  std::vector<float> ttft_ms;                           ///< the worst; NaN where no replica served
  std::vector<float> violated;                          ///< 1 where any tick violates

  double cost_usd = 0;
  double violated_share = 0;  ///< of requests or of minutes, as the objective counts
  bool objective_met = false;
};

/// Walks the plan's one cell through one of its realizations.
RealizationTimeline timeline_of(Plan const& plan, std::uint64_t realization, std::uint32_t most_blocks);

}  // namespace fleetcast
