/// Rows that the policies of a tile read, and what a realization adds up to. Sums are shared by the 32 threads of a warp, each
/// taking every 32nd tick; their targets are zero before.
#pragma once

#include "body.cuh"
#include "cuda/model/rows.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Totals of a realization: index = row·32 + thread.
struct SumRealizations {
  DemandView demand;
  std::uint32_t rows;
  std::uint32_t warmup_ticks;
  RealizationTotals* totals;

  FLEETCAST_FUNCTION std::uint64_t count() const { return 32ULL * rows; }
  FLEETCAST_FUNCTION void operator()(std::uint64_t index) const {
    auto const row = static_cast<std::uint32_t>(index / 32);
    RealizationTotals part{};
    add_ticks(part, demand, warmup_ticks, row, static_cast<std::uint32_t>(index % 32), 32);
    RealizationTotals& all = totals[row];
    add_together(all.requests, part.requests);
    add_together(all.prompt_tokens, part.prompt_tokens);
    add_together(all.completion_tokens, part.completion_tokens);
    add_together(all.ticks_with_requests, part.ticks_with_requests);
    keep_largest_together(all.busiest_tick, part.busiest_tick);
    if (index % 32 == 0) all.clamped_ticks = demand.clamped_ticks[row];
  }
};

/// Work under one pair of rates: index = (service·rows + row)·32 + thread.
struct FillWork {
  DemandView demand;
  std::uint32_t rows;
  std::uint32_t warmup_ticks;
  ServiceRates const* services;
  std::uint32_t service_count;
  float* work;    ///< [service][row][tick]
  WorkSum* sums;  ///< [service][row]

  FLEETCAST_FUNCTION std::uint64_t count() const { return 32ULL * rows * service_count; }
  FLEETCAST_FUNCTION void operator()(std::uint64_t index) const {
    std::uint64_t const work_row = index / 32;
    ServiceRates const rates = services[work_row / rows];
    std::uint64_t const start = work_row % rows * demand.ticks;
    WorkSum part;
    for (auto tick = static_cast<std::uint32_t>(index % 32); tick < demand.ticks; tick += 32) {
      float const amount = tick_work(rates, demand.prompt_tokens[start + tick], demand.completion_tokens[start + tick]);
      work[work_row * demand.ticks + tick] = amount;
      if (tick >= warmup_ticks) part.add(amount);
    }
    add_together(sums[work_row].whole_ms, part.whole_ms);
    add_together(sums[work_row].rest_us, part.rest_us);
  }
};

/// Whole milliseconds of the work sums: index = service·rows + row.
struct RoundWork {
  WorkSum const* sums;
  std::uint64_t size;
  std::int64_t* work_ms;

  FLEETCAST_FUNCTION std::uint64_t count() const { return size; }
  FLEETCAST_FUNCTION void operator()(std::uint64_t index) const { work_ms[index] = sums[index].milliseconds(); }
};

/// A stretch of a signal row: index = (window·rows + row)·stretches() + stretch. Stretches are as long as the window, so that
/// filling it costs no more than moving it.
struct FillSignal {
  static constexpr std::uint32_t shortest = 32;
  DemandView demand;
  std::uint32_t rows;
  std::uint32_t const* windows;
  std::uint32_t window_count;
  float* signal;  ///< [window][row][tick]

  FLEETCAST_FUNCTION std::uint32_t stretches() const { return (demand.ticks + shortest - 1) / shortest; }
  FLEETCAST_FUNCTION std::uint64_t count() const { return static_cast<std::uint64_t>(stretches()) * rows * window_count; }
  FLEETCAST_FUNCTION void operator()(std::uint64_t index) const {
    std::uint64_t const signal_row = index / stretches();
    std::uint32_t const window = windows[signal_row / rows];
    std::uint64_t const length = window > shortest ? window : shortest;
    std::uint64_t const first = index % stretches() * length;
    if (first >= demand.ticks) return;
    std::uint64_t const last = first + length < demand.ticks ? first + length : demand.ticks;
    fill_signal_row(window, demand, static_cast<std::uint32_t>(signal_row % rows), signal + signal_row * demand.ticks,
                    static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(last));
  }
};

/// Perfect-foresight reference of a realization: index = (reference·rows + row)·32 + thread.
struct SumReferences {
  DemandView demand;
  std::uint32_t rows;
  std::uint32_t warmup_ticks;
  ReferencePolicy const* policies;
  std::uint32_t policy_count;
  float const* work;
  std::uint64_t* reference;  ///< [reference][row]

  FLEETCAST_FUNCTION std::uint64_t count() const { return 32ULL * rows * policy_count; }
  FLEETCAST_FUNCTION void operator()(std::uint64_t index) const {
    std::uint64_t const reference_row = index / 32;
    ReferencePolicy const policy = policies[reference_row / rows];
    std::uint64_t const row = reference_row % rows;
    std::uint64_t const work_row = static_cast<std::uint64_t>(policy.service) * rows + row;
    add_together(reference[reference_row], reference_replica_ticks(policy, demand.requests + row * demand.ticks, work + work_row * demand.ticks,
                                                                   warmup_ticks + static_cast<std::uint32_t>(index % 32), demand.ticks, 32));
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

}  // namespace fleetcast::inline FLEETCAST_ISA
