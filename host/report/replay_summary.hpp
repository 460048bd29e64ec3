/// What a replay came to, for people and for programs.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "host/stats/replay_quantities.hpp"

namespace fleetcast {

struct ReplaySummary {
  ReplayJudge judge;
  std::uint32_t warmup_ticks;
  std::string workload;  ///< the file, or "realization 3"

  /// Cost, promise, fleet and work, a line each.
  std::string text() const;
  /// Every entry of the ledger and every quantity of a result; null where one divides by nothing.
  nlohmann::ordered_json json() const;
};

}  // namespace fleetcast
