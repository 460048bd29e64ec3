/// Whole walks: from a group's properties to the loop that is compiled for them.
#pragma once

#include <cstdint>
#include <type_traits>

#include "step.cuh"

namespace fleetcast::inline FLEETCAST_ISA {

/// Whether a group walks with a realization in each lane: fewer policies than a register holds would leave lanes idle.
FLEETCAST_FUNCTION bool walks_realizations(PolicyGroup const& group) { return group.policy_count <= interleave / 2; }

FLEETCAST_FUNCTION WalkKind kind_of(PolicyGroup const& group) {
  if (group.steps != Steps::single || group.drain_ticks > 0) return WalkKind::any;
  if (group.backlog == Backlog::carried && group.billing == Billing::standing && group.signal == Signal::tokens_per_replica) return WalkKind::whole;
  if (group.backlog == Backlog::memoryless && group.signal == Signal::tokens_per_minute && group.boot_ticks == 0 && group.interval_ticks == 1 &&
      group.cooldown == Cooldown::none)
    return WalkKind::classic;
  return WalkKind::any;
}

/// The type of a walk, but for its lane and its demand.
template <WalkKind Kind, int RegisterBootTicks, int MostLevels>
struct WalkType {
  static constexpr WalkKind kind = Kind;
  static constexpr int most_levels = MostLevels;
  template <class Lane>
  using BootPipeline = std::conditional_t<RegisterBootTicks >= 0, RegisterBootPipeline<Lane, (RegisterBootTicks >= 0 ? RegisterBootTicks : 0)>,
                                          MemoryBootPipeline<Lane>>;
  template <class Demand, class Lane>
  using Walk = PolicyWalk<Lane, Kind, BootPipeline<Lane>, MostLevels, Demand>;
};
inline constexpr int boot_in_memory = -1;

/// Which boot times get a loop of their own: a pipeline in registers for each short one, or none and memory for all others.
enum class BootLoops { each, two };

/// Calls visit(WalkType<…>()) for a kind and a number of latency levels.
template <WalkKind Kind, BootLoops Loops, int MostLevels, class Visit>
void with_boot_ticks(PolicyGroup const& group, Visit const& visit) {
  if constexpr (Kind == WalkKind::classic) {
    visit(WalkType<Kind, 0, MostLevels>());
  } else if constexpr (Loops == BootLoops::two) {
    if (group.boot_ticks == 0) return visit(WalkType<Kind, 0, MostLevels>());
    visit(WalkType<Kind, boot_in_memory, MostLevels>());
  } else {
    switch (group.boot_ticks) {
      case 0: return visit(WalkType<Kind, 0, MostLevels>());
      case 1: return visit(WalkType<Kind, 1, MostLevels>());
      case 2: return visit(WalkType<Kind, 2, MostLevels>());
      case 3: return visit(WalkType<Kind, 3, MostLevels>());
      case 4: return visit(WalkType<Kind, 4, MostLevels>());
      case 5: return visit(WalkType<Kind, 5, MostLevels>());
      case longest_register_boot: return visit(WalkType<Kind, longest_register_boot, MostLevels>());
      default: return visit(WalkType<Kind, boot_in_memory, MostLevels>());
    }
  }
}

/// Calls visit(WalkType<…>()) with the loop that fits a group and a number of latency levels.
template <BootLoops Loops, int MostLevels, class Visit>
void with_walk_type(PolicyGroup const& group, Visit const& visit) {
  switch (kind_of(group)) {
    case WalkKind::classic: return with_boot_ticks<WalkKind::classic, BootLoops::two, MostLevels>(group, visit);
    case WalkKind::whole: return with_boot_ticks<WalkKind::whole, Loops, MostLevels>(group, visit);
    case WalkKind::any: return with_boot_ticks<WalkKind::any, BootLoops::two, MostLevels>(group, visit);
  }
}
template <BootLoops Loops, class Visit>
void with_walk_type(PolicyGroup const& group, std::uint32_t levels, Visit const& visit) {
  if (levels == 0) return with_walk_type<Loops, 0>(group, visit);
  if (levels <= 4) return with_walk_type<Loops, 4>(group, visit);
  with_walk_type<Loops, max_latency_levels>(group, visit);
}

/// Runs warm-up and ledger of one walk.
/// @param first_row  the first lane's realization
template <class Walk, class Demand>
FLEETCAST_FUNCTION void run_walk(Walk& walk, Demand const& demand, RowsView const& rows, std::uint32_t service, std::uint32_t first_row) {
  walk.advance(demand, 0, rows.ticks);
  std::int64_t const* const work_ms = rows.work_ms + static_cast<std::uint64_t>(service) * rows.realizations + first_row;
  walk.finish([&](int lane) { return work_ms[Demand::layout == LaneLayout::realizations ? lane : 0]; });
}

/// The signal rows a group reads; with Signal::utilization it reads none, and any row will do.
FLEETCAST_FUNCTION float const* signal_row(PolicyGroup const& group, float const* signal, float const* work, std::uint64_t plane) {
  return group.signal == Signal::utilization ? work : signal + group.window_row * plane;
}

/// The policies of Lane::width slots on one realization.
/// @param memory  walk_memory_values(group) values a lane
template <class Lane>
void walk_policies(WalkContext const& context, PolicyGroup const& group, std::uint32_t slot, std::uint32_t row, float* memory, LedgerSlot out) {
  RowsView const& rows = context.rows;
  std::uint64_t const start = static_cast<std::uint64_t>(row) * rows.ticks;
  std::uint64_t const plane = static_cast<std::uint64_t>(rows.realizations) * rows.ticks;
  WalkTicks const ticks{rows.warmup_ticks, rows.ticks, rows.tick_seconds, segment_ticks(rows, row)};
  SharedDemand<Lane> const demand{rows.requests + start, rows.work + group.service * plane + start,
                                  signal_row(group, rows.signal, rows.work, plane) + start};
  History const boot{memory, Lane::width};
  History const window{memory + static_cast<std::uint64_t>(boot_memory_values(group)) * Lane::width, Lane::width};
  with_walk_type<BootLoops::each>(group, context.levels, [&](auto type) {
    typename decltype(type)::template Walk<SharedDemand<Lane>, Lane> walk(group, context.columns, slot, context.levels, ticks, boot, window, out);
    run_walk(walk, demand, rows, group.service, row);
  });
}

/// One policy on `count` realizations from `row` on, count ≤ Lane::width; `row` is a multiple of Lane::width.
/// @param memory  walk_memory_values(group) values a lane
template <class Lane>
void walk_realizations(WalkContext const& context, PolicyGroup const& group, std::uint32_t slot, std::uint32_t row, std::uint32_t count,
                       float* memory, LedgerSlot out) {
  static_assert(interleave % Lane::width == 0);
  RowsView const& rows = context.rows;
  std::uint64_t const blocks = (rows.realizations + interleave - 1) / interleave;
  std::uint64_t const plane = blocks * interleave * rows.ticks;
  std::uint64_t const start = static_cast<std::uint64_t>(row / interleave) * interleave * rows.ticks + row % interleave;
  OwnDemand<Lane> const demand{rows.interleaved_requests + start, rows.interleaved_work + group.service * plane + start,
                               signal_row(group, rows.interleaved_signal, rows.interleaved_work, plane) + start};
  std::uint32_t segment = segment_ticks(rows, row);
  for (std::uint32_t i = 1; i < count; ++i) {
    std::uint32_t const of_lane = segment_ticks(rows, row + i);
    segment = of_lane < segment ? of_lane : segment;
  }
  WalkTicks const ticks{rows.warmup_ticks, rows.ticks, rows.tick_seconds, segment};
  History const boot{memory, Lane::width};
  History const window{memory + static_cast<std::uint64_t>(boot_memory_values(group)) * Lane::width, Lane::width};
  with_walk_type<BootLoops::two>(group, context.levels, [&](auto type) {
    typename decltype(type)::template Walk<OwnDemand<Lane>, Lane> walk(group, context.columns, slot, context.levels, ticks, boot, window, out);
    run_walk(walk, demand, rows, group.service, row);
  });
}

}  // namespace fleetcast::inline FLEETCAST_ISA
