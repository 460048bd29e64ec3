/// fleetcast's requests by NVIDIA's stock libraries, cuRAND and Thrust: what it is compared with on a GPU.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace fleetcast {

/// Log-normal token counts, rounded, their tails at `min` and `max`.
struct PeerLengths {
  float mu;  ///< mean of the logarithm
  float sigma;
  float min;
  float max;
};

/// The law of the requests.
struct PeerTraffic {
  std::vector<float> expected_requests;  ///< by tick, before drift and bursts
  float drift_log_sd;
  float drift_persistence;  ///< what is left of the drift after a tick
  float burst_cv;           ///< of a burst that lasts a tick, at most 1
  PeerLengths prompt;
  PeerLengths completion;
};

/// What was drawn, each [realization][tick].
struct PeerDemand {
  std::vector<std::uint32_t> requests;
  std::vector<std::uint64_t> prompt_tokens;
  std::vector<std::uint64_t> completion_tokens;
};

/// Draws realizations on the GPU, or on the CPU where it is compiled as C++.
class CurandPeer {
 public:
  /// @param most_requests  whose lengths are in memory at once, 24 bytes each; more than any tick has
  /// @throws Error no_device where there is no GPU
  CurandPeer(PeerTraffic const& traffic, std::uint32_t realizations, std::uint64_t seed, std::uint64_t most_requests = std::uint64_t{1} << 26);
  ~CurandPeer();

  /// Draws all realizations anew, and is done with them when it returns.
  /// @return their requests
  std::uint64_t draw();
  /// What draw() left on the device.
  PeerDemand demand() const;

 private:
  struct Device;
  std::unique_ptr<Device> device_;
};

}  // namespace fleetcast
