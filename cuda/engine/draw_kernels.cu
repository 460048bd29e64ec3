#include "kernels.hpp"
#include "launch.cuh"

namespace fleetcast {

void launch_arrivals(DrawInnovations const& innovations, FollowDrift const& drift, DrawArrivals const& arrivals, cudaStream_t stream) {
  launch_indices(innovations, stream);
  launch_indices(drift, stream);
  launch_indices(arrivals, stream);
}

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
