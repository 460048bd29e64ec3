/// The one launch: a body over its indices.
#pragma once

#include "bodies.cuh"
#include "memory.cuh"

namespace fleetcast {

template <class Body>
__global__ void for_each_index(Body const body, std::uint64_t const count) {
  run_position(body, blockIdx.x, blockDim.x, threadIdx.x, count);
}

/// Runs body(0) … body(body.count() - 1), one thread each.
/// @param block_size  threads of a block, a multiple of 32
template <class Body>
void launch(Body const& body, std::uint32_t block_size, cudaStream_t stream) {
  std::uint64_t const count = body.count();
  if (count == 0) return;
  std::uint64_t const blocks = (count + block_size - 1) / block_size;
  for_each_index<<<static_cast<unsigned>(blocks), block_size, 0, stream>>>(body, count);
  FLEETCAST_CHECK_CUDA(cudaGetLastError());
}

}  // namespace fleetcast
