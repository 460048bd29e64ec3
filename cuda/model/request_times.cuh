/// Arrival times of single requests within their tick.
#pragma once

#include "philox.cuh"
#include "streams.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Words that place the requests 4·block … 4·block + 3 of a class and tick: request k has word k % 4 of block k / 4.
///
/// @param realization  low 32 bits
/// @param where        stream_word(Stream::request_times, class, realization)
template <class Lane>
FLEETCAST_FUNCTION PhiloxBlock<typename Lane::Word> request_time_words(std::uint64_t seed, typename Lane::Word block, typename Lane::Word tick,
                                                                       std::uint32_t realization, std::uint32_t where) {
  return philox<Lane>({block, tick, Lane::word(realization), Lane::word(where)}, seed);
}

/// Microseconds from the start of the tick to a request: (word + ½)/2^32 of the tick, rounded down, so always within it.
///
/// @param tick_us  length of the tick, even, below 2^32
FLEETCAST_FUNCTION std::uint64_t request_offset_us(std::uint32_t word, std::uint64_t tick_us) {
  FLEETCAST_EXPECT(tick_us % 2 == 0 && tick_us < 1ULL << 32);
  return (word * tick_us + tick_us / 2) >> 32;
}

}  // namespace fleetcast::inline FLEETCAST_ISA
