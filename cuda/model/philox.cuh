/// Philox4x32-10, the counter-based generator of Salmon et al., "Parallel random numbers: as easy as
/// 1, 2, 3" (SC 2011): four 32-bit words that are a pure function of counter and key.
#pragma once

#include <cstdint>

#include "draw_lane.cuh"

#ifdef __CUDACC__
#include <curand_philox4x32_x.h>
#endif

namespace fleetcast::inline FLEETCAST_ISA {

/// Counter going in, random words coming out. Each lane holds 32 bits.
template <class Word>
struct PhiloxBlock {
  Word x, y, z, w;
};

/// The block named by `counter` under `seed`. Upper halves of the counter's lanes must be zero; those
/// of the result are. On a GPU this is cuRAND's own generator.
template <class Lane>
FLEETCAST_FUNCTION PhiloxBlock<typename Lane::Word> philox(PhiloxBlock<typename Lane::Word> counter, std::uint64_t seed) {
#ifdef __CUDA_ARCH__
  uint4 const words = curand_Philox4x32_10(make_uint4(static_cast<unsigned>(counter.x), static_cast<unsigned>(counter.y),
                                                      static_cast<unsigned>(counter.z), static_cast<unsigned>(counter.w)),
                                           make_uint2(static_cast<unsigned>(seed), static_cast<unsigned>(seed >> 32)));
  return {words.x, words.y, words.z, words.w};
#else
  using Word = typename Lane::Word;
  auto key_low = static_cast<std::uint32_t>(seed);
  auto key_high = static_cast<std::uint32_t>(seed >> 32);
  Word const first_multiplier = Lane::word(0xD2511F53);
  Word const second_multiplier = Lane::word(0xCD9E8D57);
  for (int round = 0; round < 10; ++round) {
    Word const first = Lane::multiply_low_halves(counter.x, first_multiplier);
    Word const second = Lane::multiply_low_halves(counter.z, second_multiplier);
    // Upper halves carry garbage from here on: only low halves are ever multiplied.
    counter = {(second >> 32) ^ counter.y ^ Lane::word(key_low), second, (first >> 32) ^ counter.w ^ Lane::word(key_high), first};
    key_low += 0x9E3779B9;
    key_high += 0xBB67AE85;
  }
  Word const low = Lane::word(0xffffffff);
  return {counter.x & low, counter.y & low, counter.z & low, counter.w & low};
#endif
}

/// A uniform in (0, 1), (2k+1)/2^53 for a 52-bit k made of two words: never 0, never 1, exact.
template <class Lane>
FLEETCAST_FUNCTION typename Lane::Real uniform_from(typename Lane::Word high, typename Lane::Word low) {
  auto const one_to_two = Lane::real_from_bits((high << 20) | (low >> 12) | Lane::word(0x3FF0000000000000ULL));
  return one_to_two - Lane::real(0x1.fffffffffffffp-1);
}

}  // namespace fleetcast::inline FLEETCAST_ISA
