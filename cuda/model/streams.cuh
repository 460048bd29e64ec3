/// Every random stream of fleetcast, and how a draw is named.
#pragma once

#include <cstdint>

#include "function.cuh"

namespace fleetcast {

/// What a draw is for. The number goes into the lowest byte of Philox counter word w; a number once
/// given is never reused, since that would change every result.
enum class Stream : std::uint32_t {
  drift = 1,             ///< innovation of the rate's AR(1): one normal per tick; a scale of the drift stands in the class's place
  burst = 2,             ///< gamma factor per burst interval: one block per attempt; `tick` is the interval's number
  burst_shape = 3,       ///< the extra uniform a gamma of shape below 1 needs, one per burst interval
  arrivals = 4,          ///< Poisson count per class and tick: one block per attempt
  lengths = 5,           ///< token lengths of requests 4x … 4x+3 of a class and tick: one word a request
  compound = 6,          ///< token sums of 2^k requests of a class and tick: one word a binary digit of their number
  silence = 7,           ///< start or end of a silence per burst interval: one word; `tick` is the interval's number
  prompt_drift = 8,      ///< own innovation of the AR(1) of prompt lengths: one normal per tick
  completion_drift = 9,  ///< own innovation of the AR(1) of completion lengths: one normal per tick
  request_times = 10,    ///< arrival times within the tick of requests 4x … 4x+3 of a class and tick: one word a request
  fit = 11,              ///< `fleetcast fit`: proposals and simulated records, one block a draw; no sweep uses it
};

}  // namespace fleetcast

namespace fleetcast::inline FLEETCAST_ISA {

/// Philox counter word w of a stream: stream id, request class, high bits of the realization.
FLEETCAST_FUNCTION std::uint32_t stream_word(Stream stream, std::uint32_t request_class, std::uint64_t realization) {
  return static_cast<std::uint32_t>(stream) | request_class << 8 | static_cast<std::uint32_t>(realization >> 32) << 16;
}

}  // namespace fleetcast::inline FLEETCAST_ISA
