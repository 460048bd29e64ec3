#include "kernels.hpp"
#include "launch.cuh"
#include "walk_launch.cuh"

namespace fleetcast {

void check_device_code() {
  cudaFuncAttributes attributes{};
  FLEETCAST_CHECK_CUDA(cudaFuncGetAttributes(&attributes, for_each_index<AccumulateSlots>));
}

void launch_walk(WalkLaunch const& walk, cudaStream_t stream) {
  if (walk.context.levels == 0) return launch_walk_with_levels<0>(walk, stream);
  if (walk.context.levels <= 4) return launch_walk_with_levels<4>(walk, stream);
  launch_walk_with_levels<max_latency_levels>(walk, stream);
}

void launch_accumulate(AccumulateSlots const& accumulate, cudaStream_t stream) { launch_indices(accumulate, stream); }

}  // namespace fleetcast
