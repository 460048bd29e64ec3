#include "kernels.hpp"
#include "launch.cuh"

namespace fleetcast {

void launch_arrivals(TrafficView const& traffic, std::uint64_t tile_first, std::uint32_t rows, DemandView const& demand, cudaStream_t stream) {
  run_arrivals(traffic, tile_first, rows, demand, [&](auto const& body) { launch_indices(body, stream); });
}

void launch_length_drift(ScaleLengths const& scale, cudaStream_t stream) { launch_indices(scale, stream); }

void launch_rows(SumRealizations const& totals, FillWork const& work, RoundWork const& round, FillSignal const& signal,
                 SumReferences const& references, SumBandBlocks const& bands, cudaStream_t stream) {
  launch_indices(totals, stream);
  launch_indices(work, stream);
  launch_indices(round, stream);
  launch_indices(signal, stream);
  launch_indices(references, stream);
  launch_indices(bands, stream);
}

}  // namespace fleetcast
