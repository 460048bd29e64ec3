#include "kernels.hpp"
#include "launch.cuh"

namespace fleetcast {

void check_device_code() {
  cudaFuncAttributes attributes{};
  FLEETCAST_CHECK_CUDA(cudaFuncGetAttributes(&attributes, for_each_index<AccumulateSlots>));
}

void launch_walk(WalkPolicies const& walk, cudaStream_t stream) { launch(walk, 128, stream); }

void launch_accumulate(AccumulateSlots const& accumulate, cudaStream_t stream) { launch(accumulate, 128, stream); }

}  // namespace fleetcast
