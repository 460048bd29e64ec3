/// Replicas that are ready, given how many were wanted: n_t = min(wanted_{t-d}, …, wanted_t), d the boot ticks.
#pragma once

#include <cstdint>

#include "lane.cuh"
#include "records.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Boot times up to this many ticks stay in registers.
inline constexpr int longest_register_boot = 3;

/// A column of per-lane integers in memory: element i of this lane (or lanes) stands at base + i·stride.
struct History {
  std::int32_t* base;
  std::uint64_t stride;

  template <class Lane>
  FLEETCAST_FUNCTION typename Lane::Count get(std::uint32_t i) const {
    return Lane::load(base + i * stride);
  }
  template <class Lane>
  FLEETCAST_FUNCTION void put(std::uint32_t i, typename Lane::Count x) const {
    Lane::store(base + i * stride, x);
  }
};

/// Integers of memory a group's boot pipeline needs for each policy.
FLEETCAST_FUNCTION std::uint32_t boot_memory_ints(PolicyGroup const& group) {
  return group.boot_ticks > static_cast<std::uint32_t>(longest_register_boot) ? group.boot_ticks + 1 : 0;
}

/// Integers of memory a group's walk needs for each policy: its boot pipeline's, then the utilization window's.
FLEETCAST_FUNCTION std::uint32_t walk_memory_ints(PolicyGroup const& group) {
  return boot_memory_ints(group) + (group.signal == Signal::utilization ? group.window_ticks : 0);
}

template <class Lane>
FLEETCAST_FUNCTION typename Lane::Count smaller(typename Lane::Count a, typename Lane::Count b) {
  return Lane::select(a < b, a, b);
}
template <class Lane>
FLEETCAST_FUNCTION typename Lane::Count larger(typename Lane::Count a, typename Lane::Count b) {
  return Lane::select(a > b, a, b);
}

/// Boot pipeline of a fixed number of ticks: a chain of running minima, one step per boot tick.
template <class Lane, int BootTicks>
struct RegisterBootPipeline {
  using Count = typename Lane::Count;
  Count minima[BootTicks > 0 ? BootTicks : 1];

  FLEETCAST_FUNCTION RegisterBootPipeline(Count initial, History, std::uint32_t) {
    for (int i = 0; i < BootTicks; ++i) minima[i] = initial;
  }

  /// @param wanted  what stands during this tick
  /// @return        replicas ready during this tick
  FLEETCAST_FUNCTION Count advance(Count wanted) {
    Count ready = wanted;
    if constexpr (BootTicks > 0) {
      ready = smaller<Lane>(minima[BootTicks - 1], wanted);
      for (int i = BootTicks - 1; i > 0; --i) minima[i] = smaller<Lane>(minima[i - 1], wanted);
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
  using Count = typename Lane::Count;
  History suffix;  ///< [window]: the last block's minima from i to its end; overwritten by this block's values
  std::uint32_t window;
  std::uint32_t position;
  Count prefix;

  FLEETCAST_FUNCTION MemoryBootPipeline(Count initial, History memory, std::uint32_t boot_ticks)
      : suffix(memory), window(boot_ticks + 1), position(0), prefix(initial) {
    for (std::uint32_t i = 0; i < window; ++i) suffix.put<Lane>(i, initial);
  }

  FLEETCAST_FUNCTION Count advance(Count wanted) {
    prefix = position == 0 ? wanted : smaller<Lane>(prefix, wanted);
    Count ready = prefix;
    if (position + 1 < window) ready = smaller<Lane>(ready, suffix.get<Lane>(position + 1));
    suffix.put<Lane>(position, wanted);
    if (++position == window) {
      position = 0;
      Count least = wanted;
      for (std::uint32_t i = window; i-- > 1;) {
        least = smaller<Lane>(least, suffix.get<Lane>(i));
        suffix.put<Lane>(i, least);
      }
    }
    return ready;
  }
};

}  // namespace fleetcast::inline FLEETCAST_ISA
