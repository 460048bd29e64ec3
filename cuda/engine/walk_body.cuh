/// Policies of one group on the realizations of a tile.
#pragma once

#include "body.cuh"
#include "cuda/model/walk.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// A tick's demand in shared memory, read in one go.
struct alignas(16) StagedTick {
  float minus_work;
  float signal;
  std::uint32_t count;  ///< ThreadStepLane::Requests
  std::uint32_t shift;
};

/// Demand of one realization over the ticks that are staged.
template <class Lane>
struct StagedDemand {
  static constexpr LaneLayout layout = LaneLayout::policies;
  StagedTick const* ticks;
  std::uint32_t first;

  FLEETCAST_FUNCTION SharedTick<Lane> at(std::uint32_t tick) const {
    StagedTick const staged = ticks[tick - first];
    return {staged.minus_work, staged.signal, {staged.count, staged.shift}};
  }
};

/// What a walk's launch is about; the loop's type comes on top.
struct WalkLaunch {
  WalkContext context;
  PolicyGroup group;
  std::uint32_t first_slot;   ///< of the group's slots in this launch
  std::uint32_t slots;        ///< policies among them
  std::uint32_t ledger_slot;  ///< slot of the first ledger
  std::uint32_t ledger_slots;
  float* memory;                ///< value i of a policy on a row at i·memory_stride + row·ledger_slots + slot - ledger_slot
  std::uint64_t memory_stride;  ///< at least spare_policies more than the rows' policies
  std::int64_t* ledgers;        ///< [entry][row][slot - ledger_slot]
};

/// A block of threads walks block_rows() realizations; row_threads() threads share a row, each with `Cells` policies.
/// Demand comes through shared memory, staged_ticks() at a time.
template <class Type, int Cells>
struct WalkGroup {
  static constexpr std::uint32_t threads = 128;
  static_assert(threads * Cells <= spare_policies);
  using Lane = ThreadStepLane<Cells>;
  using State = typename Type::template Walk<StagedDemand<Lane>, Lane>;
  WalkLaunch launch;

  FLEETCAST_FUNCTION std::uint32_t row_threads() const {
    std::uint32_t const wanted = (launch.slots + Cells - 1) / Cells;
    return wanted < threads ? wanted : threads;
  }
  FLEETCAST_FUNCTION std::uint32_t block_rows() const { return threads / row_threads(); }
  FLEETCAST_FUNCTION std::uint32_t staged_ticks() const {
    // at most 2048 staged ticks, 34 KiB with the padding, in stretches of 16 to 128
    std::uint32_t const fit = 2048 / block_rows();
    return fit > 128 ? 128 : fit;
  }
  /// One more than is staged, so that neighbouring rows start in different banks.
  FLEETCAST_FUNCTION std::uint32_t row_stride() const { return staged_ticks() + 1; }
  FLEETCAST_FUNCTION std::uint64_t shared_bytes() const { return sizeof(StagedTick) * block_rows() * row_stride(); }
  FLEETCAST_FUNCTION std::uint32_t row_blocks() const { return (launch.context.rows.realizations + block_rows() - 1) / block_rows(); }
  FLEETCAST_FUNCTION std::uint64_t blocks() const {
    std::uint32_t const block_slots = row_threads() * Cells;
    return static_cast<std::uint64_t>(row_blocks()) * ((launch.slots + block_slots - 1) / block_slots);
  }
  FLEETCAST_FUNCTION std::uint32_t phases() const { return (launch.context.rows.ticks + staged_ticks() - 1) / staged_ticks(); }

  /// Where a thread works. One without work takes the place of the last with work, keeps out of its memory and writes no ledger.
  struct Place {
    std::uint32_t row;
    std::uint32_t slot;
    bool works;
  };
  FLEETCAST_FUNCTION Place place_of(std::uint64_t block, std::uint32_t thread) const {
    std::uint32_t const row = static_cast<std::uint32_t>(block % row_blocks()) * block_rows() + thread / row_threads();
    std::uint32_t const within = (static_cast<std::uint32_t>(block / row_blocks()) * row_threads() + thread % row_threads()) * Cells;
    bool const works = thread / row_threads() < block_rows() && row < launch.context.rows.realizations && within < launch.slots;
    if (!works) return {0, launch.first_slot, false};
    return {row, launch.first_slot + within, true};
  }

  FLEETCAST_FUNCTION State begin(std::uint64_t block, std::uint32_t thread) const {
    Place const place = place_of(block, thread);
    RowsView const& rows = launch.context.rows;
    std::uint64_t const policies = static_cast<std::uint64_t>(rows.realizations) * launch.ledger_slots;
    std::uint64_t const policy = static_cast<std::uint64_t>(place.row) * launch.ledger_slots + (place.slot - launch.ledger_slot);
    float* const memory = launch.memory + (place.works ? policy : policies + static_cast<std::uint64_t>(thread) * Cells);
    WalkTicks const ticks{rows.warmup_ticks, rows.ticks, rows.tick_seconds, segment_ticks(rows, place.row)};
    return State(launch.group, launch.context.columns, place.slot, launch.context.levels, ticks, {memory, launch.memory_stride},
                 {memory + boot_memory_values(launch.group) * launch.memory_stride, launch.memory_stride},
                 {launch.ledgers + policy, policies, 1, place.works ? Cells : 0});
  }

  FLEETCAST_FUNCTION void stage(std::uint64_t block, std::uint32_t thread, std::uint32_t phase, void* shared) const {
    RowsView const& rows = launch.context.rows;
    std::uint32_t const first = phase * staged_ticks();
    std::uint32_t const count = rows.ticks - first < staged_ticks() ? rows.ticks - first : staged_ticks();
    std::uint64_t const plane = static_cast<std::uint64_t>(rows.realizations) * rows.ticks;
    float const* const work = rows.work + launch.group.service * plane;
    float const* const signal = signal_row(launch.group, rows.signal, rows.work, plane);
    auto* const staged = static_cast<StagedTick*>(shared);
    for (std::uint32_t i = thread; i < block_rows() * count; i += threads) {
      std::uint32_t const block_row = i / count;
      std::uint32_t const row = static_cast<std::uint32_t>(block % row_blocks()) * block_rows() + block_row;
      if (row >= rows.realizations) break;
      std::uint64_t const from = static_cast<std::uint64_t>(row) * rows.ticks + first + i % count;
      auto const requests = Lane::Requests::of(rows.requests[from]);
      staged[block_row * row_stride() + i % count] = {0.0F - work[from], signal[from], requests.count, requests.shift};
    }
  }

  FLEETCAST_FUNCTION void advance(State& walk, std::uint64_t block, std::uint32_t thread, std::uint32_t phase, void const* shared) const {
    RowsView const& rows = launch.context.rows;
    Place const place = place_of(block, thread);
    std::uint32_t const first = phase * staged_ticks();
    std::uint32_t const last = rows.ticks - first < staged_ticks() ? rows.ticks : first + staged_ticks();
    std::uint32_t const block_row = place.works ? thread / row_threads() : 0;
    walk.advance({static_cast<StagedTick const*>(shared) + block_row * row_stride(), first}, first, last);
    if (last == rows.ticks && place.works) {
      std::int64_t const work_ms = rows.work_ms[static_cast<std::uint64_t>(launch.group.service) * rows.realizations + place.row];
      walk.finish([&](int) { return work_ms; });
    }
  }
};

/// Policies a thread takes where there are enough of them.
inline constexpr int walk_cells = 4;

}  // namespace fleetcast::inline FLEETCAST_ISA
