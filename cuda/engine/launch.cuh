/// The two launches: an index body over its indices, a block body over its blocks.
#pragma once

#include "body.cuh"
#include "memory.cuh"

namespace fleetcast {

template <class Body>
__global__ void __launch_bounds__(block_threads) for_each_index(Body const body, std::uint64_t const count) {
  run_position(body, blockIdx.x, threadIdx.x, count);
}

/// Runs body(0) … body(body.count() - 1), one thread each.
template <class Body>
void launch_indices(Body const& body, cudaStream_t stream) {
  std::uint64_t const count = body.count();
  if (count == 0) return;
  std::uint64_t const blocks = (count + block_threads - 1) / block_threads;
  for_each_index<<<static_cast<unsigned>(blocks), block_threads, 0, stream>>>(body, count);
  check_launch(__PRETTY_FUNCTION__, __FILE__, __LINE__);
}

template <class Body>
__global__ void __launch_bounds__(Body::threads) for_each_block(Body const body) {
  extern __shared__ uint4 shared[];
  auto state = body.begin(blockIdx.x, threadIdx.x);
  std::uint32_t const phases = body.phases();
  for (std::uint32_t phase = 0; phase < phases; ++phase) {
    body.stage(blockIdx.x, threadIdx.x, phase, shared);
    __syncthreads();
    body.advance(state, blockIdx.x, threadIdx.x, phase, shared);
    __syncthreads();
  }
}

/// Runs every phase of every block of a block body.
template <class Body>
void launch_blocks(Body const& body, cudaStream_t stream) {
  std::uint64_t const blocks = body.blocks();
  if (blocks == 0) return;
  auto const bytes = static_cast<std::size_t>(body.shared_bytes());
  if (bytes > 48 * 1024)
    FLEETCAST_CHECK_CUDA(cudaFuncSetAttribute(for_each_block<Body>, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes)));
  for_each_block<<<static_cast<unsigned>(blocks), Body::threads, bytes, stream>>>(body);
  check_launch(__PRETTY_FUNCTION__, __FILE__, __LINE__);
}

}  // namespace fleetcast
