#include "kernels.hpp"
#include "launch.cuh"

namespace fleetcast {

void launch_draws(DrawArrivals const& arrivals, AddClassRequests const& requests, cudaStream_t stream) {
  launch(arrivals, 64, stream);  // few, long threads: small blocks spread them over the device
  launch(requests, 256, stream);
}

void launch_tokens(SumTokens const& tokens, cudaStream_t stream) { launch(tokens, 256, stream); }

void launch_rows(SumRealizations const& totals, FillWorkRows const& work, FillSignalRows const& signal, FillReferences const& references,
                 SumBandBlocks const& bands, cudaStream_t stream) {
  launch(totals, 64, stream);
  launch(work, 64, stream);
  launch(signal, 64, stream);
  launch(references, 64, stream);
  launch(bands, 128, stream);
}

}  // namespace fleetcast
