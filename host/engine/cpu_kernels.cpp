// Built once per instruction set, with FLEETCAST_ISA, FLEETCAST_KERNELS and the lane widths set by CMake.
#include "cpu_kernels.hpp"

#include "cuda/model/arrivals.cuh"
#include "cuda/model/length_drift.cuh"
#include "cuda/model/rows.cuh"
#include "cuda/model/token_summer.cuh"
#include "cuda/model/walk.cuh"

namespace fleetcast {

namespace {

// Types of this file alone, so that whatever is instantiated over them stays in it and no symbol leaves.
struct DrawLane : VectorDrawLane<FLEETCAST_DRAW_LANES> {};
struct StepLane : TwinStepLane<VectorStepLane<FLEETCAST_STEP_LANES / 2>> {};

void draw_arrivals_here(TrafficView const& traffic, std::uint64_t tile_first, std::uint32_t tile_rows, std::uint32_t first_row, std::uint32_t rows,
                        DemandView const& demand) {
  draw_arrivals<DrawLane>(traffic, tile_first, tile_rows, first_row, rows, demand);
}

void draw_tokens_here(TrafficView const& traffic, std::uint64_t tile_first, std::uint32_t tile_rows, std::uint32_t row, std::uint32_t first_tick,
                      std::uint32_t last_tick, DemandView const& demand) {
  draw_tokens<DrawLane>(traffic, tile_first, tile_rows, row, first_tick, last_tick, demand);
}

void scale_lengths_here(TrafficView const& traffic, std::uint64_t tile_first, std::uint32_t first_row, std::uint32_t rows, DemandView const& demand) {
  scale_lengths<DrawLane>(traffic, tile_first, first_row, rows, demand);
}

std::int64_t fill_work_row_here(ServiceRates rates, DemandView const& demand, std::uint32_t warmup_ticks, std::uint32_t row, float* work) {
  return fill_work_row(rates, demand, warmup_ticks, row, work);
}

void walk_policies_here(WalkContext const& context, PolicyGroup const& group, std::uint32_t slot, std::uint32_t row, float* memory, std::int64_t* out,
                        std::uint64_t stride) {
  walk_policies<StepLane>(context, group, slot, row, memory, {out, stride, 1, StepLane::width});
}

void walk_realizations_here(WalkContext const& context, PolicyGroup const& group, std::uint32_t slot, std::uint32_t row, std::uint32_t count,
                            float* memory, std::int64_t* out, std::uint64_t entry_stride, std::uint64_t lane_stride) {
  walk_realizations<StepLane>(context, group, slot, row, count, memory, {out, entry_stride, lane_stride, static_cast<int>(count)});
}

}  // namespace

constinit CpuKernels const FLEETCAST_KERNELS{FLEETCAST_ISA_NAME, FLEETCAST_DRAW_LANES, FLEETCAST_STEP_LANES, draw_arrivals_here,    draw_tokens_here,
                                             scale_lengths_here, fill_work_row_here,   walk_policies_here,   walk_realizations_here};

}  // namespace fleetcast
