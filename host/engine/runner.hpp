/// Runs a plan tile by tile.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>

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
};

struct RunResult {
  SweepSums sums;
  Progress progress;
  bool finished;  ///< false if `stop` was raised
};

/// Computes every scenario of the plan; `report` is called after every tile.
/// @param raw  takes the ledgers of every tile, or null
RunResult run_plan(Plan const& plan, Backend& backend, std::atomic<bool> const& stop, std::function<void(Progress const&)> const& report,
                   LedgerSink* raw);

}  // namespace fleetcast
