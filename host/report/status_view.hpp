/// A run's status for people.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "run_facts.hpp"
#include "terminal.hpp"

namespace fleetcast {

/// A status as it is met some time after it was written.
struct SeenStatus {
  RunFacts facts;
  Liveness liveness = Liveness::alive;
  RunFacts::Time now;

  double age_seconds() const;
  /// Why the run is taken to have died without telling; nothing if it has ended by itself or may still run.
  /// @param stale_seconds  how old a status may be where its process can't be seen
  std::optional<std::string> death(double stale_seconds) const;
};

/// Several lines for a terminal: bar with share, speed, time left, best settings, last checkpoint. No line is longer than `width` characters.
/// While a run is alive its clock goes on between two statuses.
std::vector<std::string> status_block(SeenStatus const& seen, std::size_t width, bool colours);

/// One line: "2026-11-22T17:16:56Z baseline running: 46.7%, 467,000 of 1,000,000 realizations, 8.1e+11 requests/s, 1 h 22 min left".
std::string status_line(SeenStatus const& seen);

}  // namespace fleetcast
