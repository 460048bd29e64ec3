#include "grid_backend.hpp"

#include <algorithm>

#include "cuda/engine/accumulate_body.cuh"
#include "cuda/engine/arrival_bodies.cuh"
#include "cuda/engine/row_bodies.cuh"
#include "cuda/engine/token_choice.cuh"
#include "cuda/engine/walk_body.cuh"

namespace fleetcast::testing {

namespace {

/// Runs an index body as its launch would: whole blocks, the last one ragged.
template <class Body>
void run_indices(Body const& body) {
  std::uint64_t const count = body.count();
  for (std::uint64_t block = 0; block < (count + block_threads - 1) / block_threads; ++block)
    for (std::uint32_t thread = 0; thread < block_threads; ++thread) run_position(body, block, thread, count);
}

/// Runs a block body as its launch would: in each phase all threads stage, then all advance.
template <class Body>
void run_blocks(Body const& body) {
  std::vector<std::uint64_t> shared(body.shared_bytes() / sizeof(std::uint64_t) + 1, 0xdeadbeefdeadbeef);
  for (std::uint64_t block = 0; block < body.blocks(); ++block) {
    std::vector<typename Body::State> states;
    states.reserve(Body::threads);
    for (std::uint32_t thread = 0; thread < Body::threads; ++thread) states.push_back(body.begin(block, thread));
    for (std::uint32_t phase = 0; phase < body.phases(); ++phase) {
      for (std::uint32_t thread = 0; thread < Body::threads; ++thread) body.stage(block, thread, phase, shared.data());
      for (std::uint32_t thread = 0; thread < Body::threads; ++thread) body.advance(states[thread], block, thread, phase, shared.data());
    }
  }
}

}  // namespace

GridBackend::GridBackend(Plan const& plan, std::uint32_t tile_realizations, std::uint32_t chunk_slots)
    : plan_(plan), tile_realizations_(tile_realizations), chunk_slots_(chunk_slots), slot_service_(plan.table.slots, AccumulateSlots::no_service) {
  for (PolicyGroup const& group : plan.groups) std::fill_n(slot_service_.begin() + group.first_slot, group.policy_count, group.service);
}

void GridBackend::run_tile(Tile const& tile, LedgerSink*) {
  std::uint32_t const rows = tile.realizations;
  std::size_t const cells = static_cast<std::size_t>(rows) * plan_.total_ticks();
  class_requests_.assign(cells * classes_.size(), 0xdeadbeef);
  requests_.assign(cells, 0xdeadbeef);
  prompt_.assign(cells, 0xdeadbeef);
  completion_.assign(cells, 0xdeadbeef);
  clamped_.assign(rows, 0);
  work_.assign(cells * plan_.services.size(), -1.0F);
  signal_.assign(cells * plan_.windows.size(), -1.0F);
  work_sums_.assign(rows * plan_.services.size(), {});
  work_ms_.assign(rows * plan_.services.size(), -1);
  reference_.assign(rows * plan_.references.size(), 0);
  totals_.assign(rows, {});
  DemandView const demand{plan_.total_ticks(), class_requests_.data(), requests_.data(), prompt_.data(), completion_.data(), clamped_.data()};

  run_arrivals(traffic_, tile.first, rows, demand, [](auto const& body) { run_indices(body); });
  for (std::uint32_t c = 0; c < traffic_.class_count; ++c) draw_tokens(c, tile.first, rows, demand);
  run_indices(ScaleLengths{traffic_, tile.first, rows, demand});
  run_indices(SumRealizations{demand, rows, plan_.warmup_ticks, totals_.data()});
  run_indices(FillWork{demand, rows, plan_.warmup_ticks, plan_.services.data(), static_cast<std::uint32_t>(plan_.services.size()), work_.data(),
                       work_sums_.data()});
  run_indices(RoundWork{work_sums_.data(), work_sums_.size(), work_ms_.data()});
  run_indices(FillSignal{demand, rows, plan_.windows.data(), static_cast<std::uint32_t>(plan_.windows.size()), signal_.data()});
  run_indices(SumReferences{demand, rows, plan_.warmup_ticks, plan_.references.data(), static_cast<std::uint32_t>(plan_.references.size()),
                            work_.data(), reference_.data()});
  run_indices(SumBandBlocks{demand, band_rows(tile.first, rows, plan_.band_realizations), plan_.warmup_ticks, tile.first, plan_.band_realizations,
                            plan_.band_blocks, plan_.band_ticks, band_values_.data()});
  if (bands_ != nullptr) bands_->note({tile.first, tile.first + rows});
  if (plan_.baseline) walk_baseline(rows);
  for (std::uint32_t slot = 0; slot < plan_.table.slots; slot += chunk_slots_) {
    std::uint32_t const slots = std::min(chunk_slots_, plan_.table.slots - slot);
    walk(slot, slots, rows);
    accumulate(slot, slots, rows);
  }
}

namespace {

/// The kernel a device would take for a class, of two blocks.
struct RunClass {
  TrafficView const& traffic;
  std::uint32_t request_class;
  std::uint64_t tile_first;
  std::uint32_t rows;
  DemandView const& demand;

  void compound() const { run_indices(AddCompoundTokens{traffic, request_class, tile_first, rows, demand}); }
  template <class Entry, std::uint32_t Threads>
  bool run() const {
    run_blocks(SumTokens<Entry, Threads>{traffic, request_class, tile_first, rows, demand, 2});
    return true;
  }
};

}  // namespace

void GridBackend::draw_tokens(std::uint32_t request_class, std::uint64_t tile_first, std::uint32_t rows, DemandView const& demand) const {
  with_token_kernel(laws_[request_class], RunClass{traffic_, request_class, tile_first, rows, demand});
}

RowsView GridBackend::rows_view(std::uint32_t rows) const {
  return {plan_.total_ticks(),
          plan_.warmup_ticks,
          rows,
          plan_.tick_seconds,
          plan_.longest_segment,
          requests_.data(),
          work_.data(),
          signal_.data(),
          work_ms_.data(),
          reference_.data(),
          totals_.data(),
          nullptr,
          nullptr,
          nullptr};
}

void GridBackend::walk(std::uint32_t first_slot, std::uint32_t slots, std::uint32_t rows) {
  std::size_t const policies = static_cast<std::size_t>(rows) * slots;
  std::size_t const stride = policies + spare_policies;
  memory_.assign(stride * plan_.walk_memory_values(), -7.0F);
  ledgers_.assign(policies * (fixed_entries + plan_.levels), -7);
  RowsView const view = rows_view(rows);
  for (PolicyGroup const& group : plan_.groups) {
    std::uint32_t const first = std::max(first_slot, group.first_slot);
    std::uint32_t const last = std::min(first_slot + slots, group.first_slot + group.policy_count);
    if (first >= last) continue;
    WalkLaunch const launch{
        {plan_.table.columns(), view, plan_.levels}, group, first, last - first, first_slot, slots, memory_.data(), stride, ledgers_.data()};
    if (walks_realizations(group))
      with_walk_type<BootLoops::two>(group, plan_.levels, [&](auto type) { run_blocks(WalkGroup<decltype(type), 1>{launch}); });
    else
      with_walk_type<BootLoops::each>(group, plan_.levels, [&](auto type) { run_blocks(WalkGroup<decltype(type), walk_cells>{launch}); });
  }
}

void GridBackend::walk_baseline(std::uint32_t rows) {
  std::uint32_t const slot = plan_.policies[*plan_.baseline].slot;
  std::uint32_t const first = slot / slot_alignment * slot_alignment;
  walk(first, slot_alignment, rows);
  baseline_.resize(static_cast<std::size_t>(baseline_entries) * rows);
  for (std::size_t i = 0; i < baseline_.size(); ++i) baseline_[i] = ledgers_[i * slot_alignment + (slot - first)];
}

void GridBackend::accumulate(std::uint32_t first_slot, std::uint32_t slots, std::uint32_t rows) {
  run_indices(AccumulateSlots{{ledgers_.data(), plan_.baseline ? baseline_.data() : nullptr, rows, first_slot, slots},
                              rows_view(rows),
                              plan_.table.columns(),
                              plan_.objective_per,
                              slot_service_.data(),
                              into_});
}

}  // namespace fleetcast::testing
