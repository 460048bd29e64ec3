/// Whether a record looks like what a fitted model makes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "simulated_record.hpp"
#include "window_statistics.hpp"

namespace fleetcast {

/// One statistic of the record beside the same of records drawn from the model.
struct VerdictRow {
  std::string name;
  std::optional<double> trace;
  std::optional<double> model_mean;
  double low = 0, high = 0;  ///< the model's 5% and 95% quantiles; with `model_mean`
  bool inside = false;       ///< low ≤ trace ≤ high
};

struct Verdict {
  double judged_minutes = 0;
  std::vector<VerdictRow> rows;  ///< in the order of record_statistics

  /// @return none where there is no such row
  VerdictRow const* find(std::string const& name) const;
};

/// Where simulated records begin.
enum class RecordStart {
  stationary,  ///< anywhere: the model as a workload file runs it
  continued,   ///< where the fitted record ended: a forecast
};

/// Draws one record as long as `judged` from each draw and compares. The bands hold both chance and the parameters' uncertainty.
/// @param fitted  what the draws were fitted to; read where records continue it
Verdict judge(BinSeries const& judged, BinSeries const& fitted, std::span<TrafficDraw const> draws, RequestLengths const& lengths, RecordStart start,
              TokenWork const& work, std::uint64_t seed);

}  // namespace fleetcast
