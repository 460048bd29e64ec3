/// Launches of the walks with up to a number of latency levels; one translation unit each, for there are many loops to compile.
#pragma once

#include "kernels.hpp"
#include "launch.cuh"

namespace fleetcast {

template <int MostLevels>
void launch_walk_with_levels(WalkLaunch const& walk, cudaStream_t stream) {
  // few policies leave a thread with one
  if (walks_realizations(walk.group))
    with_walk_type<BootLoops::two, MostLevels>(walk.group, [&](auto type) { launch_blocks(WalkGroup<decltype(type), 1>{walk}, stream); });
  else
    with_walk_type<BootLoops::each, MostLevels>(walk.group, [&](auto type) { launch_blocks(WalkGroup<decltype(type), walk_cells>{walk}, stream); });
}

extern template void launch_walk_with_levels<0>(WalkLaunch const&, cudaStream_t);
extern template void launch_walk_with_levels<4>(WalkLaunch const&, cudaStream_t);
extern template void launch_walk_with_levels<max_latency_levels>(WalkLaunch const&, cudaStream_t);

}  // namespace fleetcast
