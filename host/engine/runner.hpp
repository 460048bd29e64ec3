/// Runs a plan tile by tile.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>

#include "backend.hpp"
#include "plan.hpp"
#include "sums.hpp"

namespace fleetcast {

/// How far a run has come.
struct Progress {
  std::uint64_t done = 0;  ///< realizations times scenarios
  std::uint64_t total = 0;
  double requests = 0;  ///< drawn so far
  double steps = 0;     ///< policy ticks so far
  double seconds = 0;
  std::uint64_t cell_realizations = 0;  ///< valid cells times their realizations
};

struct RunResult {
  SweepSums sums;
  Progress progress;
  bool finished;  ///< false if `stop` was raised
  KernelSeconds kernel_seconds;
};

/// Computes every scenario of the plan; `report` is called after every tile.
/// @param raw  takes the ledgers of every tile, or null
RunResult run_plan(Plan const& plan, Backend& backend, std::atomic<bool> const& stop, std::function<void(Progress const&)> const& report,
                   LedgerSink* raw);

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

using BackendMaker = std::function<std::unique_ptr<Backend>(Plan const&)>;

/// Computes a plan look by look, until the judge has seen enough, all realizations are done, or every cell has left. A cell that leaves keeps
/// the sums it has; a scenario whose cells have all left is not drawn any more.
RunResult run_in_looks(Plan const& plan, BackendMaker const& make_backend, std::atomic<bool> const& stop,
                       std::function<void(Progress const&)> const& report, LookJudge const& judge);

}  // namespace fleetcast
