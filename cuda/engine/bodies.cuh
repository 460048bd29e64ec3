/// Kernel bodies as functors of one index: what a GPU thread does, and what a CPU loop over the same grid can redo.
#pragma once

#include <cstdint>

#include "cuda/model/accumulate.cuh"
#include "cuda/model/arrivals.cuh"
#include "cuda/model/lengths.cuh"
#include "cuda/model/rows.cuh"
#include "cuda/model/step.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Place of a thread in a one-dimensional launch. Kernels and the tests that stand in for them call this alone.
template <class Body>
FLEETCAST_FUNCTION void run_position(Body const& body, std::uint64_t block, std::uint32_t block_size, std::uint32_t thread, std::uint64_t count) {
  std::uint64_t const index = block * block_size + thread;
  if (index < count) body(index);
}

/// Adds the values of a warp's threads to `target`, which they share.
FLEETCAST_FUNCTION void add_over_warp(std::uint64_t* target, std::uint64_t value) {
#ifdef __CUDA_ARCH__
  for (int distance = 16; distance > 0; distance /= 2) value += __shfl_down_sync(0xffffffffU, value, distance);
  if (threadIdx.x % 32 == 0) *target += value;
#else
  *target += value;
#endif
}

/// Arrivals of one realization: index = row.
struct DrawArrivals {
  TrafficView traffic;
  std::uint64_t tile_first;
  std::uint32_t rows;
  DemandView demand;

  FLEETCAST_FUNCTION std::uint64_t count() const { return rows; }
  FLEETCAST_FUNCTION void operator()(std::uint64_t index) const {
    draw_arrivals<ScalarDrawLane>(traffic, tile_first, rows, static_cast<std::uint32_t>(index), 1, demand);
  }
};

/// Requests of all classes in one tick: index = row·ticks + tick.
struct AddClassRequests {
  std::uint32_t rows;
  std::uint32_t classes;
  DemandView demand;

  FLEETCAST_FUNCTION std::uint64_t count() const { return static_cast<std::uint64_t>(rows) * demand.ticks; }
  FLEETCAST_FUNCTION void operator()(std::uint64_t index) const {
    std::uint32_t sum = 0;
    for (std::uint32_t c = 0; c < classes; ++c) sum += demand.class_requests[c * count() + index];
    demand.requests[index] = sum;
    demand.prompt_tokens[index] = 0;
    demand.completion_tokens[index] = 0;
  }
};

/// Token sums of one tick, shared by the 32 threads of a warp: index = (row·ticks + tick)·32 + thread.
/// Each thread draws every 32nd Philox block; sums are zero before.
struct SumTokens {
  TrafficView traffic;
  std::uint64_t tile_first;
  std::uint32_t rows;
  DemandView demand;

  FLEETCAST_FUNCTION std::uint64_t count() const { return 32ULL * rows * demand.ticks; }
  FLEETCAST_FUNCTION void operator()(std::uint64_t index) const {
    std::uint64_t const cell = index / 32;
    auto const thread = static_cast<std::uint32_t>(index % 32);
    auto const tick = static_cast<std::uint32_t>(cell % demand.ticks);
    std::uint64_t const realization = tile_first + cell / demand.ticks;
    TokenSums sums{0, 0};
    for (std::uint32_t c = 0; c < traffic.class_count; ++c) {
      std::uint64_t const requests = demand.class_requests[c * (static_cast<std::uint64_t>(rows) * demand.ticks) + cell];
      std::uint32_t const where = stream_word(Stream::lengths, c, realization);
      for (std::uint64_t block = thread; 4 * block < requests; block += 32) {
        auto const lengths =
            draw_lengths<ScalarDrawLane>(traffic.classes[c].lengths, traffic.seed, block, tick, static_cast<std::uint32_t>(realization), where);
        for (std::uint64_t i = 0; i < 4; ++i) {
          bool const exists = 4 * block + i < requests;
          sums.prompt += exists ? lengths.prompt[i] : 0;
          sums.completion += exists ? lengths.completion[i] : 0;
        }
      }
    }
    add_over_warp(&demand.prompt_tokens[cell], sums.prompt);
    add_over_warp(&demand.completion_tokens[cell], sums.completion);
  }
};

/// Totals of one realization: index = row.
struct SumRealizations {
  DemandView demand;
  std::uint32_t rows;
  std::uint32_t warmup_ticks;
  std::uint32_t longest_segment;
  RealizationTotals* totals;

  FLEETCAST_FUNCTION std::uint64_t count() const { return rows; }
  FLEETCAST_FUNCTION void operator()(std::uint64_t index) const {
    totals[index] = sum_realization(demand, warmup_ticks, static_cast<std::uint32_t>(index), longest_segment);
  }
};

/// Work row of one realization under one pair of rates: index = service·rows + row.
struct FillWorkRows {
  DemandView demand;
  std::uint32_t rows;
  std::uint32_t warmup_ticks;
  ServiceRates const* services;
  std::uint32_t service_count;
  float* work;
  std::int64_t* work_ms;

  FLEETCAST_FUNCTION std::uint64_t count() const { return static_cast<std::uint64_t>(rows) * service_count; }
  FLEETCAST_FUNCTION void operator()(std::uint64_t index) const {
    work_ms[index] =
        fill_work_row(services[index / rows], demand, warmup_ticks, static_cast<std::uint32_t>(index % rows), work + index * demand.ticks);
  }
};

/// Signal row of one realization under one window: index = window·rows + row.
struct FillSignalRows {
  DemandView demand;
  std::uint32_t rows;
  std::uint32_t const* windows;
  std::uint32_t window_count;
  float* signal;

  FLEETCAST_FUNCTION std::uint64_t count() const { return static_cast<std::uint64_t>(rows) * window_count; }
  FLEETCAST_FUNCTION void operator()(std::uint64_t index) const {
    fill_signal_row(windows[index / rows], demand, static_cast<std::uint32_t>(index % rows), signal + index * demand.ticks);
  }
};

/// Perfect-foresight reference of one realization: index = reference·rows + row.
struct FillReferences {
  DemandView demand;
  std::uint32_t rows;
  std::uint32_t warmup_ticks;
  ReferencePolicy const* policies;
  std::uint32_t policy_count;
  float const* work;
  std::uint64_t* reference;

  FLEETCAST_FUNCTION std::uint64_t count() const { return static_cast<std::uint64_t>(rows) * policy_count; }
  FLEETCAST_FUNCTION void operator()(std::uint64_t index) const {
    ReferencePolicy const policy = policies[index / rows];
    std::uint64_t const row = index % rows;
    std::uint64_t const work_row = static_cast<std::uint64_t>(policy.service) * rows + row;
    reference[index] =
        reference_replica_ticks(policy, demand.requests + row * demand.ticks, work + work_row * demand.ticks, warmup_ticks, demand.ticks);
  }
};

/// Block sums of the workload bands: index = (quantity·blocks + block)·rows + row, written at
/// [quantity][block][first + row] of `values`, whose rows have room for `kept` realizations.
struct SumBandBlocks {
  DemandView demand;
  std::uint32_t rows;  ///< of the tile, those below `kept`
  std::uint32_t warmup_ticks;
  std::uint64_t first;
  std::uint32_t kept;
  std::uint32_t blocks;
  std::uint32_t block_ticks;
  std::uint64_t* values;

  FLEETCAST_FUNCTION std::uint64_t count() const { return 3ULL * blocks * rows; }
  FLEETCAST_FUNCTION void operator()(std::uint64_t index) const {
    std::uint64_t const row = index % rows;
    std::uint64_t const quantity_block = index / rows;
    auto const block = static_cast<std::uint32_t>(quantity_block % blocks);
    std::uint32_t const from = warmup_ticks + block * block_ticks;
    std::uint32_t const to = from + block_ticks < demand.ticks ? from + block_ticks : demand.ticks;
    std::uint64_t const start = row * demand.ticks;
    std::uint64_t const quantity = quantity_block / blocks;
    values[quantity_block * kept + first + row] = quantity == 0   ? sum_ticks(demand.requests + start, from, to)
                                                  : quantity == 1 ? sum_ticks(demand.prompt_tokens + start, from, to)
                                                                  : sum_ticks(demand.completion_tokens + start, from, to);
  }
};

/// Rows of a tile whose realizations are below `kept`.
FLEETCAST_FUNCTION std::uint32_t band_rows(std::uint64_t first, std::uint32_t rows, std::uint32_t kept) {
  if (first >= kept) return 0;
  return first + rows <= kept ? rows : kept - static_cast<std::uint32_t>(first);
}

/// One policy on one realization: index = realization·slots + slot - first_slot.
struct WalkPolicies {
  PolicyGroup const* groups;
  std::uint32_t const* slot_group;
  PolicyColumns columns;
  RowsView rows;
  std::uint32_t levels;
  std::uint32_t first_slot;
  std::uint32_t slots;
  std::int32_t* memory;  ///< interleaved: integer i of a thread at i·count() + index
  std::int64_t* ledgers;

  FLEETCAST_FUNCTION std::uint64_t count() const { return static_cast<std::uint64_t>(rows.realizations) * slots; }
  FLEETCAST_FUNCTION void operator()(std::uint64_t index) const {
    std::uint32_t const slot = first_slot + static_cast<std::uint32_t>(index % slots);
    PolicyGroup const& group = groups[slot_group[slot]];
    History const boot{memory + index, count()};
    History const window{memory + index + boot_memory_ints(group) * count(), count()};
    walk_policies<ScalarStepLane>(group, columns, slot, levels, rows, static_cast<std::uint32_t>(index / slots), boot, window,
                                  {ledgers + index, count()});
  }
};

/// Sums of one slot: index = slot - first_slot.
struct AccumulateSlots {
  LedgerView ledgers;
  RowsView rows;
  PolicyColumns columns;
  ObjectivePer per;
  std::uint32_t const* slot_service;
  AccumulatorView into;

  FLEETCAST_FUNCTION std::uint64_t count() const { return ledgers.slots; }
  FLEETCAST_FUNCTION void operator()(std::uint64_t index) const {
    std::uint32_t const slot = ledgers.first_slot + static_cast<std::uint32_t>(index);
    accumulate_slot(ledgers, rows, columns, per, slot_service[slot], slot, into);
  }
};

}  // namespace fleetcast::inline FLEETCAST_ISA
