/// Which bin of a histogram a non-negative integer falls into.
#pragma once

#include <cstdint>

#include "function.cuh"
#include "records.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Position of the highest bit set of x > 0.
FLEETCAST_FUNCTION std::uint32_t highest_bit(std::uint64_t x) {
#ifdef __CUDA_ARCH__
  return 63U - static_cast<std::uint32_t>(__clzll(static_cast<long long>(x)));
#else
  return 63U - static_cast<std::uint32_t>(__builtin_clzll(x));
#endif
}

/// Bin of `value`: its own below 2^exact_bits, then one of 2^exact_bits equal parts of its octave.
FLEETCAST_FUNCTION std::uint32_t histogram_bin(std::uint32_t exact_bits, std::uint64_t value) {
  if (value < (1ULL << exact_bits)) return static_cast<std::uint32_t>(value);
  std::uint32_t const octave = highest_bit(value) - exact_bits;
  // the top bit of value >> octave counts as the octave's number, the bits below it as the part
  return (octave << exact_bits) + static_cast<std::uint32_t>(value >> octave);
}

/// Smallest value of a bin; the bin reaches up to the next bin's smallest value, excluded.
FLEETCAST_FUNCTION std::uint64_t histogram_edge(std::uint32_t exact_bits, std::uint32_t bin) {
  if (bin < (1U << exact_bits)) return bin;
  std::uint32_t const octave = (bin >> exact_bits) - 1;
  return static_cast<std::uint64_t>(bin - (octave << exact_bits)) << octave;
}

}  // namespace fleetcast::inline FLEETCAST_ISA
