/// Launches of each body, one translation unit a kind, so that they compile side by side.
#pragma once

#include <cuda_runtime_api.h>

#include <vector>

#include "bodies.cuh"

namespace fleetcast {

/// Asks for one kernel's attributes. @throws DeviceError no_device where this build has no code for the device
void check_device_code();

void launch_draws(DrawArrivals const& arrivals, AddClassRequests const& requests, cudaStream_t stream);
void launch_tokens(SumTokens const& tokens, cudaStream_t stream);
void launch_rows(SumRealizations const& totals, FillWorkRows const& work, FillSignalRows const& signal, FillReferences const& references,
                 SumBandBlocks const& bands, cudaStream_t stream);
void launch_walk(WalkPolicies const& walk, cudaStream_t stream);
void launch_accumulate(AccumulateSlots const& accumulate, cudaStream_t stream);

/// sum_tokens_plainly on the device.
void launch_plain_tokens(TrafficView const& traffic, std::uint64_t tile_first, std::uint32_t rows, DemandView const& demand, cudaStream_t stream);

/// reduce_bands on the device; results on the host.
void reduce_bands_on_device(std::uint64_t* values, std::uint32_t rows, std::uint32_t blocks, std::uint32_t realizations,
                            std::vector<std::uint32_t> const& ranks, std::vector<std::uint64_t>& sums, std::vector<std::uint64_t>& quantiles,
                            cudaStream_t stream);

}  // namespace fleetcast
