/// One policy on one given workload, watched tick by tick.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "demand_series.hpp"
#include "plan.hpp"

namespace fleetcast {

/// What the autoscaler did at the end of a tick, and why.
struct Decision {
  enum class Outcome {
    not_due,  ///< it looks every interval only
    hold,     ///< the signal lies between the thresholds
    up,
    down,
    at_max,     ///< up was asked for, all replicas stand
    at_min,     ///< down was asked for, the fewest replicas stand
    held_up,    ///< up was asked for, a cooldown holds it back
    held_down,  ///< down was asked for, a cooldown holds it back
  };
  Outcome outcome;
  std::int32_t wanted;       ///< replicas that stood while it decided
  std::int32_t wanted_next;  ///< replicas that stand from the next tick on
  double signal;             ///< in the unit of its thresholds; the fleet's tokens per minute where no replica stands to share them
  double threshold;          ///< that the signal passed; 0 where it passed none
  std::uint32_t ticks_left;  ///< until it may act: to the next look, or to the end of a cooldown
};

/// What happened to the fleet in one tick.
struct FleetTick {
  std::uint32_t tick;  ///< from the start of the warm-up
  std::uint32_t requests;
  std::uint64_t prompt_tokens, completion_tokens;
  std::int32_t ready;    ///< replicas that served
  std::int32_t booting;  ///< replicas that did not yet
  std::int64_t billed;   ///< replicas that are paid for, those that drain among them; 0 in the warm-up
  float load_seconds;    ///< L_t, work that came in and work that waited, replica-seconds
  float backlog_before_seconds;
  float backlog_seconds;  ///< B_t, work left waiting, replica-seconds
  bool violated;
  Decision decision;
};

/// What a replay adds up to over its ledger: the numbers of one realization of a run.
struct ReplayLedger {
  std::vector<std::int64_t> entries;  ///< [entry], the latency levels last
  RealizationTotals totals;
  std::int64_t work_ms;                   ///< replica-milliseconds
  std::uint64_t reference_replica_ticks;  ///< of perfect foresight

  std::int64_t at(Entry entry) const { return entries[static_cast<std::size_t>(entry)]; }
};

/// Refuses a workload whose tokens or work could outgrow the integers they are summed in.
/// @throws Error bad_data
void check_size(Plan const& plan, std::uint32_t slot, DemandSeries const& demand);

/// Walks a policy of the plan through a workload, with the model's own step: a realization that a run draws gives the ledger
/// that the run gives.
///
/// The workload's ticks are of plan.tick_seconds; how long it is and where its warm-up ends, it says itself.
///
/// @param slot     of a valid policy
/// @param observe  called after every tick, in order
/// @param demand   that check_size passes
ReplayLedger replay(Plan const& plan, std::uint32_t slot, DemandSeries demand, std::function<void(FleetTick const&)> const& observe);

}  // namespace fleetcast
