/// The timeline of a replay: one row a tick, CSV.
#pragma once

#include <cstdint>
#include <string>

#include "host/engine/replay.hpp"
#include "host/io/csv_writer.hpp"

namespace fleetcast {

/// How a policy's ticks are to be priced and what its requests wait.
struct TimelineSetting {
  LatencyCurve ttft, tpot;
  Backlog backlog;
  Signal signal;
  std::uint32_t tick_seconds;
  std::int64_t first_tick;  ///< number of the first row's tick, from minute 0 on
  double usd_per_replica_tick;
};

/// Writes timeline.csv as results/README.md describes it, a row at a time; memory does not grow with the rows.
class TimelineWriter {
 public:
  /// @throws Error cannot_create
  TimelineWriter(std::string const& path, TimelineSetting setting);

  /// @throws Error io
  void add(FleetTick const& tick);

  /// Gives the file its name. Without it nothing is left.
  /// @throws Error io
  void commit();

 private:
  TimelineSetting setting_;
  CsvWriter row_;
  std::int64_t billed_ = 0;  ///< replica-ticks so far
};

}  // namespace fleetcast
