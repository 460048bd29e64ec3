/// Launches of each body, one translation unit a kind, so that they compile side by side.
#pragma once

#include <cuda_runtime_api.h>

#include <vector>

#include "accumulate_body.cuh"
#include "arrival_bodies.cuh"
#include "device_sweep.hpp"
#include "row_bodies.cuh"
#include "walk_body.cuh"

namespace fleetcast {

/// Asks for one kernel's attributes. @throws DeviceError no_device where this build has no code for the device
void check_device_code();

/// run_arrivals on the device.
void launch_arrivals(TrafficView const& traffic, std::uint64_t tile_first, std::uint32_t rows, DemandView const& demand, cudaStream_t stream);

/// Adds the token sums of all classes; the tile's sums are zero before.
/// @param traffic  its classes in device memory
/// @param laws     [class]
void launch_tokens(TrafficView const& traffic, std::vector<ClassLaw> const& laws, std::uint64_t tile_first, std::uint32_t rows,
                   DemandView const& demand, cudaStream_t stream);

void launch_length_drift(ScaleLengths const& scale, cudaStream_t stream);

void launch_rows(SumRealizations const& totals, FillWork const& work, RoundWork const& round, FillSignal const& signal,
                 SumReferences const& references, SumBandBlocks const& bands, cudaStream_t stream);

/// One group's policies, with the loop that fits the group and the number of latency levels.
void launch_walk(WalkLaunch const& walk, cudaStream_t stream);

void launch_accumulate(AccumulateSlots const& accumulate, cudaStream_t stream);

/// sum_tokens_plainly on the device.
void launch_plain_tokens(TrafficView const& traffic, std::uint64_t tile_first, std::uint32_t rows, DemandView const& demand, cudaStream_t stream);

}  // namespace fleetcast
