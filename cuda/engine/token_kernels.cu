#include <algorithm>

#include "kernels.hpp"
#include "launch.cuh"
#include "token_choice.cuh"

namespace fleetcast {

namespace {

struct Occupancy {
  int blocks;  ///< on the whole device at the same time
  bool fits;   ///< its shared memory does
};

template <class Body>
Occupancy occupancy_of(Body const& body) {
  int device = 0;
  int processors = 0;
  int most_shared = 0;
  FLEETCAST_CHECK_CUDA(cudaGetDevice(&device));
  FLEETCAST_CHECK_CUDA(cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, device));
  FLEETCAST_CHECK_CUDA(cudaDeviceGetAttribute(&most_shared, cudaDevAttrMaxSharedMemoryPerBlockOptin, device));
  auto const bytes = static_cast<std::size_t>(body.shared_bytes());
  if (bytes > static_cast<std::size_t>(most_shared)) return {0, false};
  FLEETCAST_CHECK_CUDA(cudaFuncSetAttribute(for_each_block<Body>, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes)));
  int blocks = 0;
  FLEETCAST_CHECK_CUDA(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, for_each_block<Body>, Body::threads, bytes));
  return {blocks * processors, blocks > 0};
}

/// The kernel of one class, of as many blocks as run at the same time.
struct LaunchClass {
  TrafficView const& traffic;
  std::uint32_t request_class;
  std::uint64_t tile_first;
  std::uint32_t rows;
  DemandView const& demand;
  cudaStream_t stream;

  void compound() const { launch_indices(AddCompoundTokens{traffic, request_class, tile_first, rows, demand}, stream); }

  /// @return false if the tables don't fit this device's shared memory
  template <class Entry, std::uint32_t Threads>
  bool run() const {
    SumTokens<Entry, Threads> body{traffic, request_class, tile_first, rows, demand, 0};
    Occupancy const occupancy = occupancy_of(body);
    if (!occupancy.fits) return false;
    std::uint64_t const teams = static_cast<std::uint64_t>(rows) * demand.ticks;
    body.block_count = std::min<std::uint64_t>(static_cast<std::uint64_t>(occupancy.blocks), (teams * Threads + body.threads - 1) / body.threads);
    launch_blocks(body, stream);
    return true;
  }
};

}  // namespace

void launch_tokens(TrafficView const& traffic, std::vector<ClassLaw> const& laws, std::uint64_t tile_first, std::uint32_t rows,
                   DemandView const& demand, cudaStream_t stream) {
  for (std::uint32_t c = 0; c < traffic.class_count; ++c) with_token_kernel(laws[c], LaunchClass{traffic, c, tile_first, rows, demand, stream});
}

}  // namespace fleetcast
