/// What decisions need to know of every cell.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/engine/plan.hpp"
#include "host/engine/sums.hpp"

namespace fleetcast {

/// What was summed against a baseline cell that was named before the run.
struct BaselineTallies {
  std::vector<std::size_t> position;                              ///< of the baseline's policy along each axis; of a workload axis 0
  std::vector<std::uint64_t> cell;                                ///< per cell: the baseline in its scenario
  std::vector<Sum128> billed, violated_ticks, violated_requests;  ///< per cell: Σ x·x of the baseline
};

/// What decisions need to know of every cell, in the file's order of cells. Columns; an invalid cell holds zeros.
struct CellTallies {
  std::vector<Axis> axes;
  double confidence = 0;  ///< 1 - α of the result
  ObjectivePer objective_per = ObjectivePer::requests;
  std::uint32_t ledger_ticks = 0, tick_seconds = 0;
  std::string period;  ///< what a realization is called: "day", "7 days", "90 min"
  std::vector<double> stricter_objectives;
  std::vector<std::uint8_t> valid;
  std::vector<std::uint64_t> realizations, met, violating;  ///< met: the objective; violating: with a violated tick
  std::vector<std::vector<std::uint64_t>> met_at;           ///< [stricter objective][cell]
  std::vector<double> usd;                                  ///< of a replica-tick
  std::vector<double> objective;
  std::vector<double> expected_work;  ///< replica-milliseconds of a realization, by the declared laws
  std::vector<Sum128> billed, billed_square, violated_ticks, violated_ticks_square, violated_requests, violated_requests_square;
  std::vector<Sum128> requests, requests_square, violated_requests_requests;
  std::vector<Sum128> work, work_square, billed_work, reference, reference_square, billed_reference;
  std::optional<BaselineTallies> baseline;
};

}  // namespace fleetcast
