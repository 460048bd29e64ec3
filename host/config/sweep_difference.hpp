/// In what two sweeps differ.
#pragma once

#include <string>
#include <vector>

#include "sweep_config.hpp"

namespace fleetcast {

/// A key, an axis ("grid.autoscaler.scale_up_at") or a baseline value ("baseline.…") that two sweeps do not share.
struct KeyDifference {
  std::string key;
  std::string first, second;  ///< its values as TOML; "" where a sweep has none
};

/// In the order of the first sweep's resolved file, then what the second alone has.
std::vector<KeyDifference> differing_keys(SweepConfig const& first, SweepConfig const& second);

/// "sla.ttft_ms (500, 300), grid.autoscaler.scale_up_at": values where they are short.
std::string listed(std::vector<KeyDifference> const& differences);

}  // namespace fleetcast
