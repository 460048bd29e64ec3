/// Runs a plan from where a state stands to its end, in stretches between which the state can be saved.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "backend.hpp"
#include "crew.hpp"
#include "plan.hpp"
#include "run_state.hpp"

namespace fleetcast {

/// What a look at an unfinished run comes to.
struct LookVerdict {
  bool enough = false;                ///< no cell needs more realizations
  std::vector<std::uint8_t> leaving;  ///< [cell], not 0: gets no more; empty: none
};

/// Judges a run after each of plan.looks, the last one too.
///
/// @param sums  of the first plan.looks[look - 1] realizations of every cell that has not left
/// @param look  from 1
using LookJudge = std::function<LookVerdict(SweepSums const& sums, std::uint32_t look)>;

/// What a run asks and tells whoever started it. Any may be empty.
struct RunControl {
  std::function<bool()> stop = {};                   ///< asked before each tile: whether to end once the tiles in hand are done
  std::function<bool()> save_due = {};               ///< asked before each tile: whether `save` is wanted
  std::function<void(RunState const&)> save = {};    ///< called when it was due, and when the run was stopped
  std::function<void(Progress const&)> report = {};  ///< called after each tile
  LookJudge judge = {};                              ///< of a plan with looks, needed there
  std::function<bool()> is_over = {};                ///< of a plan with looks: whether the judge has seen enough in a process before this one
};

/// Computes what `state` lacks of the plan. A plan with looks is run look by look until the judge has seen enough, all realizations are done,
/// or every cell has left. A cell that leaves keeps the sums it has; a scenario whose cells have all left is not drawn any more.
///
/// @return false if it was stopped before
bool run(Plan const& plan, RunState& state, Crew& crew, RunControl const& control);

/// Computes what `state` lacks of some realizations of a plan without looks, and no others. Scenarios get their bands where `part` has all
/// realizations of these.
///
/// @return false if it was stopped before
bool run_part(Plan const& plan, RunState& state, Crew& crew, RunControl const& control, RealizationSpan part);

struct RunResult {
  SweepSums sums;
  bool finished;  ///< false if `stop` was raised
};

/// Computes a plan without looks on one backend, from start to end.
/// @param report  called after every tile, or empty
/// @param raw     takes the ledgers of every tile, or null
RunResult run_plan(Plan const& plan, Backend& backend, std::atomic<bool> const& stop, std::function<void(Progress const&)> const& report,
                   LedgerSink* raw);

}  // namespace fleetcast
