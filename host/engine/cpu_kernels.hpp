/// The model's loops compiled for one instruction set. Files built with -mavx… export these tables alone.
#pragma once

#include <cstdint>

#include "cuda/model/records.cuh"

namespace fleetcast {

struct CpuKernels {
  char const* name;
  std::uint32_t draw_lanes;
  std::uint32_t step_lanes;

  /// draw_arrivals for rows first_row … first_row + rows - 1, rows ≤ draw_lanes.
  void (*draw_arrivals)(TrafficView const& traffic, std::uint64_t tile_first, std::uint32_t tile_rows, std::uint32_t first_row, std::uint32_t rows,
                        DemandView const& demand);
  /// draw_tokens for ticks [first_tick, last_tick) of a row.
  void (*draw_tokens)(TrafficView const& traffic, std::uint64_t tile_first, std::uint32_t tile_rows, std::uint32_t row, std::uint32_t first_tick,
                      std::uint32_t last_tick, DemandView const& demand);
  /// scale_lengths for rows first_row … first_row + rows - 1, rows ≤ draw_lanes.
  void (*scale_lengths)(TrafficView const& traffic, std::uint64_t tile_first, std::uint32_t first_row, std::uint32_t rows, DemandView const& demand);
  /// fill_work_row.
  std::int64_t (*fill_work_row)(ServiceRates rates, DemandView const& demand, std::uint32_t warmup_ticks, std::uint32_t row, float* work);
  /// walk_policies of step_lanes policies from `slot` on, on one realization.
  ///
  /// @param memory  walk_memory_values(group)·step_lanes values, aligned to 64 bytes
  /// @param out     ledger entry e of lane l at out[e·stride + l]
  void (*walk_policies)(WalkContext const& context, PolicyGroup const& group, std::uint32_t slot, std::uint32_t row, float* memory, std::int64_t* out,
                        std::uint64_t stride);
  /// walk_realizations of one policy on `count` ≤ step_lanes realizations from `row` on.
  ///
  /// @param out  ledger entry e of lane l at out[e·entry_stride + l·lane_stride]
  void (*walk_realizations)(WalkContext const& context, PolicyGroup const& group, std::uint32_t slot, std::uint32_t row, std::uint32_t count,
                            float* memory, std::int64_t* out, std::uint64_t entry_stride, std::uint64_t lane_stride);
};

extern CpuKernels const cpu_kernels_baseline;
extern CpuKernels const cpu_kernels_avx2;
extern CpuKernels const cpu_kernels_avx512;

/// The loops for the widest instruction set this processor has.
CpuKernels const& widest_cpu_kernels();

}  // namespace fleetcast
