/// Replicas that are ready, given how many were wanted: n_t = min(wanted_{t-d}, …, wanted_t), d the boot ticks.
#pragma once

#include <cstdint>

#include "records.cuh"
#include "step_lane.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Boot times up to this many ticks stay in registers.
inline constexpr std::uint32_t longest_register_boot = 6;

/// A column of per-lane values in memory: element i of this lane (or lanes) stands at base + i·stride.
struct History {
  float* base;
  std::uint64_t stride;

  template <class Lane>
  FLEETCAST_FUNCTION typename Lane::Real get(std::uint32_t i) const {
    return Lane::load(base + i * stride);
  }
  template <class Lane>
  FLEETCAST_FUNCTION void put(std::uint32_t i, typename Lane::Real x) const {
    Lane::store(base + i * stride, x);
  }
};

/// Values a MemoryBootPipeline keeps for each policy.
FLEETCAST_FUNCTION std::uint32_t boot_memory_values(PolicyGroup const& group) { return group.boot_ticks + 1; }

/// Values of memory a group's walk may need for each policy: its boot pipeline's, then the utilization window's.
FLEETCAST_FUNCTION std::uint32_t walk_memory_values(PolicyGroup const& group) {
  return boot_memory_values(group) + (group.signal == Signal::utilization ? group.window_ticks : 0);
}

/// Boot pipeline of a fixed number of ticks: a chain of running minima, one step per boot tick.
template <class Lane, int BootTicks>
struct RegisterBootPipeline {
  using Real = typename Lane::Real;
  Real minima[BootTicks > 0 ? BootTicks : 1];

  FLEETCAST_FUNCTION RegisterBootPipeline(Real initial, History, std::uint32_t) {
    FLEETCAST_UNROLL
    for (int i = 0; i < (BootTicks > 0 ? BootTicks : 1); ++i) minima[i] = initial;
  }

  /// @param wanted  what stands during this tick
  /// @return        replicas ready during this tick
  FLEETCAST_FUNCTION Real advance(Real wanted) {
    Real ready = wanted;
    if constexpr (BootTicks > 0) {
      ready = Lane::smaller(minima[BootTicks - 1], wanted);
      FLEETCAST_UNROLL
      for (int i = BootTicks - 1; i > 0; --i) minima[i] = Lane::smaller(minima[i - 1], wanted);
      minima[0] = wanted;
    }
    return ready;
  }
};

/// Boot pipeline of any length at a cost that does not grow with it: the sliding minimum of van Herk (1992) and
/// Gil and Werman (1993). Time is cut into blocks of the window's length; a window is the tail of one block and
/// the head of the next, so its minimum is that of a stored suffix and a running prefix.
template <class Lane>
struct MemoryBootPipeline {
  using Real = typename Lane::Real;
  History suffix;  ///< [window]: the last block's minima from i to its end; overwritten by this block's values
  std::uint32_t window;
  std::uint32_t position;
  Real prefix;

  FLEETCAST_FUNCTION MemoryBootPipeline(Real initial, History memory, std::uint32_t boot_ticks)
      : suffix(memory), window(boot_ticks + 1), position(0), prefix(initial) {
    for (std::uint32_t i = 0; i < window; ++i) suffix.put<Lane>(i, initial);
  }

  FLEETCAST_FUNCTION Real advance(Real wanted) {
    prefix = position == 0 ? wanted : Lane::smaller(prefix, wanted);
    Real ready = prefix;
    if (position + 1 < window) ready = Lane::smaller(ready, suffix.get<Lane>(position + 1));
    suffix.put<Lane>(position, wanted);
    if (++position == window) {
      position = 0;
      Real least = wanted;
      for (std::uint32_t i = window; i-- > 1;) {
        least = Lane::smaller(least, suffix.get<Lane>(i));
        suffix.put<Lane>(i, least);
      }
    }
    return ready;
  }
};

}  // namespace fleetcast::inline FLEETCAST_ISA
