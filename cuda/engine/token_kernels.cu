#include <algorithm>

#include "kernels.hpp"
#include "launch.cuh"
#include "token_body.cuh"

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

/// Launches as many blocks as run at the same time. @return false if the tables don't fit this device's shared memory
template <class Entry, std::uint32_t Threads>
bool launch_class(TrafficView const& traffic, std::uint32_t request_class, std::uint64_t tile_first, std::uint32_t rows, DemandView const& demand,
                  cudaStream_t stream) {
  SumTokens<Entry, Threads> body{traffic, request_class, tile_first, rows, demand, 0};
  Occupancy const occupancy = occupancy_of(body);
  if (!occupancy.fits) return false;
  std::uint64_t const teams = static_cast<std::uint64_t>(rows) * demand.ticks;
  body.block_count = std::min<std::uint64_t>(static_cast<std::uint64_t>(occupancy.blocks), (teams * Threads + body.threads - 1) / body.threads);
  launch_blocks(body, stream);
  return true;
}

template <std::uint32_t Threads>
void launch_class_of(ClassLaw const& law, TrafficView const& traffic, std::uint32_t request_class, std::uint64_t tile_first, std::uint32_t rows,
                     DemandView const& demand, cudaStream_t stream) {
  bool const short_lengths = law.longest < (1U << 16);
  if (!law.pairs && short_lengths && launch_class<std::uint16_t, Threads>(traffic, request_class, tile_first, rows, demand, stream)) return;
  if (!law.pairs && launch_class<std::uint32_t, Threads>(traffic, request_class, tile_first, rows, demand, stream)) return;
  launch_class<void, Threads>(traffic, request_class, tile_first, rows, demand, stream);
}

}  // namespace

void launch_tokens(TrafficView const& traffic, std::vector<ClassLaw> const& laws, std::uint64_t tile_first, std::uint32_t rows,
                   DemandView const& demand, cudaStream_t stream) {
  for (std::uint32_t c = 0; c < traffic.class_count; ++c) {
    // a thread should find a few blocks of four requests in its tick
    if (laws[c].compound)
      launch_indices(AddCompoundTokens{traffic, c, tile_first, rows, demand}, stream);
    else if (laws[c].expected < 32)
      launch_class_of<1>(laws[c], traffic, c, tile_first, rows, demand, stream);
    else if (laws[c].expected < 256)
      launch_class_of<4>(laws[c], traffic, c, tile_first, rows, demand, stream);
    else
      launch_class_of<32>(laws[c], traffic, c, tile_first, rows, demand, stream);
  }
}

}  // namespace fleetcast
