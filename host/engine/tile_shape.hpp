/// How a memory budget is cut into tiles, the same rule for every backend.
#pragma once

#include <cstdint>

#include "plan.hpp"

namespace fleetcast {

/// Realizations of a tile, and slots whose ledgers are held at once.
struct TileShape {
  std::uint32_t realizations;
  std::uint32_t slots;  ///< a multiple of slot_alignment

  std::uint64_t walkers;     ///< policies walked at the same time: lanes of all threads on a CPU, 0 for all of the tile's
  bool interleaved = false;  ///< rows are kept a second time, for walks with a realization in each lane

  /// Bytes of the buffers a tile of this shape needs.
  std::uint64_t bytes(Plan const& plan) const;
};

/// What a backend likes: it gets no more, and less where memory is short.
struct TileWish {
  std::uint32_t realizations;
  std::uint32_t slots;
  std::uint32_t enough_realizations;  ///< below this, slots are given up first
  std::uint64_t walkers;
  bool interleaved = false;
};

/// The largest shape within the wish that fits `memory`.
/// @throws Error bad_config if one realization and slot_alignment slots don't
TileShape fit_tile(Plan const& plan, std::uint64_t memory, TileWish const& wish);

/// fit_tile for the CPU backend and for a CUDA device.
TileShape cpu_tile(Plan const& plan, std::uint64_t memory, int threads);
TileShape cuda_tile(Plan const& plan, std::uint64_t memory);

/// Realizations of the tiles that are dealt last, so that whoever takes part ends at about the same time: few, but worth being dealt.
std::uint32_t smallest_tile(Plan const& plan);

/// Threads the CPU backend takes: `threads`, or all cores for 0.
int cpu_threads(int threads);

}  // namespace fleetcast
