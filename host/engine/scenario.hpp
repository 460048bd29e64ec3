/// From workload keys to traffic tables.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "plan.hpp"

namespace fleetcast {

/// Builds scenarios; tables that several scenarios share are built once.
class ScenarioBuilder {
 public:
  ScenarioBuilder(std::uint32_t tick_seconds, std::uint32_t warmup_ticks, std::uint32_t ledger_ticks, int start_weekday)
      : tick_seconds_(tick_seconds), warmup_ticks_(warmup_ticks), ledger_ticks_(ledger_ticks), start_weekday_(start_weekday) {}

  Scenario build(WorkloadConfig const& workload);

 private:
  std::vector<double> expected_requests(WorkloadConfig const& workload) const;
  /// @param compound_digit  the last digit that compound sampling tables; none with sampler = "request"
  std::shared_ptr<RequestClass const> request_class(RequestClassConfig const& config, std::optional<std::uint32_t> compound_digit,
                                                    std::string& problem);

  std::uint32_t tick_seconds_, warmup_ticks_, ledger_ticks_;
  int start_weekday_;
  std::map<std::string, std::shared_ptr<RequestClass const>> classes_;
};

}  // namespace fleetcast
