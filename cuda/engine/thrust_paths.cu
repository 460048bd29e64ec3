#include <thrust/system/cuda/execution_policy.h>
#include <thrust/system_error.h>

#include <new>

#include "kernels.hpp"
#include "memory.cuh"
#include "plain_path.cuh"

namespace fleetcast {

namespace {

/// Runs Thrust code; what it throws becomes a DeviceError.
template <class Work>
void as_device_error(Work work) {
  try {
    work();
  } catch (std::bad_alloc const& error) {
    throw DeviceError(DeviceError::Kind::out_of_memory, error.what());
  } catch (thrust::system_error const& error) {
    throw DeviceError(DeviceError::Kind::other, error.what());
  }
}

}  // namespace

void launch_plain_tokens(TrafficView const& traffic, std::uint64_t tile_first, std::uint32_t rows, DemandView const& demand, cudaStream_t stream) {
  constexpr std::uint64_t most_requests = 8ULL << 20;
  // the loop over classes runs on the host and reads their number alone
  as_device_error([&] { sum_tokens_plainly(thrust::cuda::par.on(stream), traffic, tile_first, rows, demand, most_requests); });
}

}  // namespace fleetcast
