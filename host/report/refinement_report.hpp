/// What shorter ticks would change, for people and for programs.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "host/stats/tick_refinement.hpp"

namespace fleetcast {

struct RefinementReport {
  Plan const& plan;
  std::uint32_t shorter_seconds;
  std::uint32_t realizations;
  std::vector<TickComparison> comparisons;

  /// A line a setting, both violated shares and both costs side by side, and a warning where shares are far apart.
  std::string text() const;
  /// The same for programs; null where a setting can't be run in the shorter ticks, or a factor is not finite.
  nlohmann::ordered_json json() const;

 private:
  std::uint64_t warnings() const;
};

}  // namespace fleetcast
