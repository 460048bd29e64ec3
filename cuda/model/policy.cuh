/// Settings of the threshold autoscaler, as the walk reads them.
#pragma once

#include <cfloat>
#include <cstdint>

#include "records.cuh"
#include "step_lane.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Which slot each lane walks.
enum class LaneLayout {
  policies,      ///< one realization, a policy in each lane, from `slot` on
  realizations,  ///< one policy, a realization in each lane
};

/// Settings of the lanes' policies. `MostLevels` is at least the sweep's number of latency levels, known to the compiler so
/// that limits and counts stay in registers; levels beyond the sweep's are never read.
template <class Lane, LaneLayout Layout, int MostLevels>
struct Policy {
  using Real = typename Lane::Real;
  using Count = typename Lane::Count;
  Real up_at, down_at;  ///< thresholds in units of the signal's sum over the window
  Real max_backlog_seconds;
  Real load_limits[1 + MostLevels];
  Real backlog_limits[1 + MostLevels];
  Real min_replicas, max_replicas, step_up, step_down;
  Count rest_up, rest_down;  ///< ticks after a change in which the next is held back: the cooldown less one

  FLEETCAST_FUNCTION Policy(PolicyColumns const& columns, std::uint32_t slot, std::uint32_t limits)
      : up_at(Lane::real(0.0F)),
        down_at(Lane::real(0.0F)),
        max_backlog_seconds(read(columns.max_backlog_seconds + slot)),
        min_replicas(Lane::to_real(read(columns.min_replicas + slot))),
        max_replicas(Lane::to_real(read(columns.max_replicas + slot))),
        step_up(Lane::to_real(read(columns.step_up + slot))),
        step_down(Lane::to_real(read(columns.step_down + slot))),
        rest_up(read(columns.cooldown_up_ticks + slot) - Lane::count(1)),
        rest_down(read(columns.cooldown_down_ticks + slot) - Lane::count(1)) {
    FLEETCAST_UNROLL
    for (int i = 0; i < 1 + MostLevels; ++i) {
      bool const wanted = static_cast<std::uint32_t>(i) < limits;
      std::uint64_t const at = static_cast<std::uint64_t>(i) * columns.slots + slot;
      load_limits[i] = wanted ? read(columns.load_limits + at) : Lane::real(FLT_MAX);
      backlog_limits[i] = wanted ? read(columns.backlog_limits + at) : Lane::real(FLT_MAX);
    }
  }

  /// Sets the thresholds for a window of `ticks`, in the units of the signal's sum.
  FLEETCAST_FUNCTION void set_window(PolicyColumns const& columns, std::uint32_t slot, Signal signal, std::uint32_t ticks,
                                     std::uint32_t tick_seconds) {
    double const scale = signal == Signal::utilization ? 65536.0 * ticks : static_cast<double>(ticks) * tick_seconds;
    double const unit = signal == Signal::utilization ? 1.0 : 60.0;
    Lane::for_each_lane(FLEETCAST_LANES {
      std::uint32_t const of_lane = Layout == LaneLayout::policies ? slot + static_cast<std::uint32_t>(lane) : slot;
      Lane::set(up_at, lane, static_cast<float>(columns.scale_up_at[of_lane] * scale / unit));
      Lane::set(down_at, lane, static_cast<float>(columns.scale_down_at[of_lane] * scale / unit));
    });
  }

  FLEETCAST_FUNCTION static Real read(float const* column) {
    if constexpr (Layout == LaneLayout::policies) return Lane::load(column);
    return Lane::real(*column);
  }
  FLEETCAST_FUNCTION static Count read(std::int32_t const* column) {
    if constexpr (Layout == LaneLayout::policies) return Lane::load(column);
    return Lane::count(*column);
  }
};

}  // namespace fleetcast::inline FLEETCAST_ISA
