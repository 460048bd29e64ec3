/// Kernel bodies are functors that a GPU thread runs, and that a CPU loop over the same grid can redo. Two shapes of them:
///
/// - an *index body* has count() and operator()(index): every index by itself;
/// - a *block body* has blocks(), a State made by begin(block, thread), and phases: in each, all threads of a block stage() into
///   memory they share, wait for each other, and advance().
#pragma once

#include <cstdint>

#include "cuda/model/function.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Threads of a block in the launch of an index body; a block body says its own.
inline constexpr std::uint32_t block_threads = 128;

/// Place of a thread in the launch of an index body.
template <class Body>
FLEETCAST_FUNCTION void run_position(Body const& body, std::uint64_t block, std::uint32_t thread, std::uint64_t count) {
  std::uint64_t const index = block * block_threads + thread;
  if (index < count) body(index);
}

/// Adds the values of `Threads` neighbouring threads, a power of two up to 32, to `target`, which they share.
template <std::uint32_t Threads = 32>
FLEETCAST_FUNCTION void add_together(std::uint64_t& target, std::uint64_t value) {
#ifdef __CUDA_ARCH__
  for (std::uint32_t distance = Threads / 2; distance > 0; distance /= 2) value += __shfl_down_sync(0xffffffffU, value, distance, Threads);
  // threads without work take part with 0, and must not touch a target that others add to
  if (threadIdx.x % Threads == 0 && value != 0) target += value;
#else
  target += value;
#endif
}

/// The largest of the values of 32 neighbouring threads and of `target`, which they share, goes to `target`.
FLEETCAST_FUNCTION void keep_largest_together(std::uint32_t& target, std::uint32_t value) {
#ifdef __CUDA_ARCH__
  value = __reduce_max_sync(0xffffffffU, value);
  if (threadIdx.x % 32 == 0 && value > target) target = value;
#else
  target = value > target ? value : target;
#endif
}

}  // namespace fleetcast::inline FLEETCAST_ISA
