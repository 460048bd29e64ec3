#include "tile_shape.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <bit>

#include "cuda/model/rows.cuh"
#include "host/config/error.hpp"

namespace fleetcast {

namespace {

constexpr std::uint64_t widest_lane = 32;
constexpr std::uint32_t fewest_rows = 8;  // a tile of fewer realizations draws with empty lanes

std::uint64_t row_bytes(Plan const& plan) {
  std::uint64_t const per_tick = 4 * (plan.most_classes() + 1) + 2 * 8 + 4 * (plan.services.size() + plan.windows.size());
  return per_tick * plan.total_ticks() + 8 * (plan.services.size() + plan.references.size()) + sizeof(RealizationTotals) + 4;
}

std::uint32_t half_the_slots(std::uint32_t slots) { return (slots / 2 + slot_alignment - 1) / slot_alignment * slot_alignment; }

}  // namespace

std::uint64_t TileShape::bytes(Plan const& plan) const {
  std::uint64_t const policies = static_cast<std::uint64_t>(realizations) * slots;
  std::uint64_t const ledgers = 8ULL * (fixed_entries + plan.levels) * policies;
  // a device keeps spare places for threads without a policy, and its work sums
  bool const on_device = walkers == 0;
  std::uint64_t const walks = 4ULL * plan.walk_memory_values() * (on_device ? policies + spare_policies : walkers);
  std::uint64_t const work_sums = on_device ? sizeof(WorkSum) * realizations * plan.services.size() : 0;
  std::uint64_t const baseline = plan.baseline ? 8ULL * baseline_entries * realizations : 0;
  std::uint64_t const bands = 24ULL * plan.band_blocks * plan.band_realizations;
  std::uint64_t const blocks = interleaved ? (realizations + interleave - 1) / interleave : 0;
  std::uint64_t const interleaved_rows = 4 * (1 + plan.services.size() + plan.windows.size()) * plan.total_ticks() * interleave * blocks;
  return realizations * row_bytes(plan) + ledgers + walks + work_sums + baseline + bands + interleaved_rows;
}

TileShape fit_tile(Plan const& plan, std::uint64_t memory, TileWish const& wish) {
  TileShape shape{std::min(plan.realizations, wish.realizations), std::min(plan.table.slots, wish.slots), wish.walkers, wish.interleaved};
  auto const too_large = [&] { return shape.bytes(plan) > memory; };
  while (too_large() && shape.realizations > wish.enough_realizations) shape.realizations = (shape.realizations + 1) / 2;
  while (too_large() && shape.slots > 8 * slot_alignment) shape.slots = half_the_slots(shape.slots);
  while (too_large() && shape.realizations > 1) shape.realizations = (shape.realizations + 1) / 2;
  while (too_large() && shape.slots > slot_alignment) shape.slots = half_the_slots(shape.slots);
  if (too_large())
    throw Error(ExitCode::bad_config, fmt::format("--memory: {} MiB can't hold one realization, which takes {} MiB; raise it, or use longer ticks or "
                                                  "fewer distinct service rates and windows",
                                                  memory >> 20, (shape.bytes(plan) >> 20) + 1));
  return shape;
}

int cpu_threads(int threads) { return threads > 0 ? threads : omp_get_num_procs(); }

TileShape cpu_tile(Plan const& plan, std::uint64_t memory, int threads) {
  // ledgers of 64 realizations and 4096 slots stay near the cache; few slots leave room for more realizations, and short
  // ones want more, for threads meet at the end of each step of a tile
  constexpr std::uint32_t enough_row_ticks = 1U << 17;
  std::uint32_t const filled = std::clamp(enough_row_ticks / plan.total_ticks() / interleave * interleave, 256U, 8192U);
  // a run can be stopped and saved between tiles alone: some seconds each on one core
  constexpr std::uint64_t most_steps = 1ULL << 34;
  std::uint64_t const steps = static_cast<std::uint64_t>(plan.table.slots) * plan.total_ticks();
  std::uint32_t const fewest = plan.walks_realizations() ? interleave : fewest_rows;
  auto const soon_done = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(most_steps / steps, fewest, 64));
  std::uint32_t const realizations = plan.table.slots <= 256 ? filled : soon_done;
  TileWish wish{realizations, 4096, 1, widest_lane * static_cast<std::uint64_t>(cpu_threads(threads)), plan.walks_realizations()};
  // interleaving pays from a full block on
  std::uint32_t const block = std::min(plan.realizations, interleave);
  if (wish.interleaved && TileShape{block, slot_alignment, wish.walkers, true}.bytes(plan) > memory) wish.interleaved = false;
  TileShape const shape = fit_tile(plan, memory, wish);
  if (!shape.interleaved || shape.realizations >= block) return shape;
  wish.interleaved = false;
  return fit_tile(plan, memory, wish);
}

std::uint32_t smallest_tile(Plan const& plan) {
  if (plan.walks_realizations()) return interleave;
  constexpr std::uint64_t enough_steps = 1ULL << 25;  // some hundredths of a second on one core, where a deal takes less than a thousandth
  std::uint64_t const steps = static_cast<std::uint64_t>(plan.table.slots) * plan.total_ticks();
  return static_cast<std::uint32_t>(std::bit_floor(std::clamp<std::uint64_t>(enough_steps / steps, fewest_rows, interleave)));
}

TileShape cuda_tile(Plan const& plan, std::uint64_t memory) {
  // a device is full with some hundred thousand policies: many realizations matter more than all slots at once
  return fit_tile(plan, memory, {8192, 1U << 20, 64, 0});
}

}  // namespace fleetcast
