#include "walk_launch.cuh"

namespace fleetcast {

template void launch_walk_with_levels<max_latency_levels>(WalkLaunch const&, cudaStream_t);

}  // namespace fleetcast
