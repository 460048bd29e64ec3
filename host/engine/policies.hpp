/// From policy keys to slots: checks settings, groups what walks alike, fills the columns.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "plan.hpp"

namespace fleetcast {

/// Share that an objective allows to break the promise, in parts per billion.
std::uint64_t violations_allowed_ppb(double objective);

/// All there is to know of one policy, before it has a slot.
struct PolicySetting {
  Signal signal;
  Backlog backlog;
  std::uint32_t window_ticks, interval_ticks, boot_ticks, drain_ticks;
  ServiceRates rates;
  double scale_up_at, scale_down_at;
  float max_backlog_seconds;
  std::vector<LoadLimits> limits;  ///< the SLA, then the latency levels
  std::int32_t min_replicas, max_replicas, initial_replicas, step_up, step_down;
  std::int32_t cooldown_up_ticks, cooldown_down_ticks;
  Billing billing;
  std::uint64_t violations_allowed_ppb;

  /// A decision a tick apart is never held back by a cooldown of one tick.
  Cooldown cooldown() const { return cooldown_up_ticks > 1 || cooldown_down_ticks > 1 ? Cooldown::some : Cooldown::none; }
  Steps steps() const { return step_up == 1 && step_down == 1 ? Steps::single : Steps::any; }
};

/// Collects the policies of a sweep in cell order, then lays them out.
class PolicyBuilder {
 public:
  PolicyBuilder(std::uint32_t tick_seconds, std::vector<double> latency_levels_ms)
      : tick_seconds_(tick_seconds), latency_levels_ms_(std::move(latency_levels_ms)) {}

  void add(SweepConfig const& config);

  /// The curve of a key such as "service.ttft"; reads its file where it is measured.
  /// @throws Error bad_config, no_input, bad_data
  LatencyCurve curve(CurveConfig const& config, char const* name);

  /// Fills policies, table, groups, services, windows, references of `plan`.
  void finish(Plan& plan);

 private:
  LoadLimits sla_limits(SweepConfig const& config, LatencyCurve const& ttft, LatencyCurve const& tpot);
  /// Load one replica takes in a tick, with no backlog before it, within the SLA.
  float reference_limit(PolicySetting const& setting) const;
  std::uint32_t ticks(double seconds) const;

  std::uint32_t tick_seconds_;
  std::vector<double> latency_levels_ms_;
  std::vector<PolicyInfo> infos_;
  std::vector<PolicySetting> settings_;
  std::map<std::string, std::vector<LoadLimits>> limits_;
  std::map<std::string, std::vector<std::pair<double, double>>> measured_;
};

}  // namespace fleetcast
