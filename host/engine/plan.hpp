/// The plan of a sweep: everything that is known before the first draw.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cuda/model/compound_law.hpp"
#include "cuda/model/latency_curve.hpp"
#include "cuda/model/length_law.hpp"
#include "cuda/model/records.cuh"
#include "host/config/axis_text.hpp"
#include "host/config/sweep_config.hpp"

namespace fleetcast {

/// Cells of a grid, at most.
inline constexpr std::uint64_t most_grid_cells = 100'000'000;
/// Ticks of a realization with its warm-up, at most.
inline constexpr std::uint32_t most_realization_ticks = 100'000'000;

/// 128-bit hash, as XXH3 gives it.
struct Hash128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  bool operator==(Hash128 const&) const = default;
  std::string hex() const;
};

/// One dimension of the grid.
struct Axis {
  std::string key;  ///< "autoscaler.scale_up_at"
  std::vector<double> values;
  std::string unit;
  std::string help;
  bool is_workload;
  bool is_flag;

  std::optional<std::size_t> position_of(double value) const { return position_on_axis(values, value); }
  std::string nearest_to(double value) const { return nearest_on_axis(values, value); }
};

/// Position of a cell along each axis, cells numbered row-major.
std::vector<std::size_t> cell_position(std::vector<Axis> const& axes, std::uint64_t cell);

/// A request class of a scenario, its tables, and what they are wrong by.
struct RequestClass {
  double share;
  std::vector<std::uint32_t> prompt;
  std::vector<std::uint32_t> completion;
  std::uint32_t pairs;
  double prompt_mean, completion_mean;
  double prompt_square, completion_square;  ///< mean squares
  LawErrors prompt_errors, completion_errors;
  double rank_correlation_error = 0;  ///< Spearman's rho of prompt and completion length, as drawn less as asked for
  CompoundLaw compound;               ///< no digits with sampler = "request"
};

/// One setting of everything that shapes traffic.
struct Scenario {
  std::string problem;                    ///< why it can't be run; "" if it can
  std::vector<double> expected_requests;  ///< per tick, warm-up first
  std::vector<std::shared_ptr<RequestClass const>> classes;
  std::vector<DriftView> drifts;  ///< scales of the rate's drift, at most most_drift_scales
  SilenceView silence;
  LengthDriftView length_drift;
  double burst_variation = 0;
  std::uint32_t burst_ticks = 1;
};

/// What pricing and reporting need to know of a policy.
struct PolicyInfo {
  std::string problem;  ///< why it can't be run; "" if it can
  std::uint32_t slot = 0;
  double usd_per_replica_tick = 0;
  double objective = 0;
  double prefill_tokens_per_second = 0;
  double ttft_at_rest_ms = 0;
  double ttft_limit_ms = 0;
};

/// Settings of every slot, as the kernels read them.
struct PolicyTable {
  std::vector<double> scale_up_at, scale_down_at;
  std::vector<float> max_backlog_seconds, load_limits, backlog_limits;
  std::vector<std::int32_t> min_replicas, max_replicas, initial_replicas, step_up, step_down;
  std::vector<std::int32_t> cooldown_up_ticks, cooldown_down_ticks;
  std::vector<std::uint32_t> reference;
  std::vector<std::uint64_t> violations_allowed_ppb;
  std::uint32_t slots = 0;

  PolicyColumns columns() const;
};

/// Everything a backend needs to run a sweep, and everything a result needs to say about it.
///
/// Cells are numbered row-major over the axes. Every scenario runs every policy; policies stand in slots, grouped
/// by what they share in the inner loop, each group padded to slot_alignment with copies of its last policy.
struct Plan {
  SweepConfig config;
  std::vector<Axis> axes;
  std::uint64_t cells = 1;
  std::uint32_t realizations = 0;
  std::uint64_t seed = 0;
  std::uint32_t tick_seconds = 60;
  std::uint32_t warmup_ticks = 0;
  std::uint32_t ledger_ticks = 0;
  std::uint32_t levels = 0;
  ObjectivePer objective_per = ObjectivePer::requests;
  ObjectiveLevels objective_levels{};
  std::optional<std::uint32_t> baseline;  ///< the policy that all are compared with, realization by realization

  std::vector<Scenario> scenarios;
  std::vector<PolicyInfo> policies;
  PolicyTable table;
  std::vector<PolicyGroup> groups;
  std::vector<std::uint32_t> slot_service;  ///< index into services
  std::vector<ServiceRates> services;
  std::vector<std::uint32_t> windows;  ///< ticks
  std::vector<ReferencePolicy> references;

  HistogramBins billed_bins{}, violated_bins{};
  std::vector<std::uint64_t> looks;     ///< numbers of realizations at which it is asked whether more are needed; the last is all of them
  std::uint32_t longest_segment = 0;    ///< ticks whose replica counts a float sums exactly
  std::uint32_t band_realizations = 0;  ///< of each scenario
  std::uint32_t band_ticks = 1;         ///< ticks a band block sums
  std::uint32_t band_blocks = 0;
  Hash128 hash;  ///< of what the integers depend on, the number of realizations excepted

  /// Request classes of the scenario that has most.
  std::size_t most_classes() const;
  /// Policies that are walked, those once that differ in nothing the walk depends on.
  std::uint32_t distinct_policies() const;
  /// Values of memory the walk of any policy needs.
  std::uint32_t walk_memory_values() const;
  /// Whether any group walks with a realization in each lane.
  bool walks_realizations() const;
  std::uint32_t total_ticks() const { return warmup_ticks + ledger_ticks; }
  std::uint32_t scenario_of(std::uint64_t cell) const;
  std::uint32_t policy_of(std::uint64_t cell) const;
  bool is_valid(std::uint64_t cell) const;
  std::uint64_t valid_cells() const;
  /// Share of a scenario's requests whose own prefill beyond the mean prompt's takes them above the policy's limit
  /// on an idle fleet: no replica count helps those.
  double unservable_share(std::uint64_t cell) const;
  /// Mean of a realization's work by the laws that the plan declares, in replica-milliseconds.
  double expected_work_ms(std::uint32_t scenario, ServiceRates rates) const;
};

/// The axes of a sweep's grid.
/// @throws Error bad_config if one names no key, or a key without effect
std::vector<Axis> axes_of(SweepConfig const& config);

/// Makes the plan of a sweep.
/// @throws Error bad_config (contradictions outside the grid, sizes beyond what can be counted), no_input and bad_data
///         (files it names)
Plan make_plan(SweepConfig const& config);

/// Views of a scenario's tables; valid as long as the scenario. `classes` is filled and must live as long as the view.
TrafficView traffic_view(Plan const& plan, Scenario const& scenario, std::vector<RequestClassView>& classes);

}  // namespace fleetcast
