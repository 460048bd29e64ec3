#include "walk_launch.cuh"

namespace fleetcast {

template void launch_walk_with_levels<4>(WalkLaunch const&, cudaStream_t);

}  // namespace fleetcast
