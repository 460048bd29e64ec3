/// A GPU backend without a GPU: every kernel body run over the very grid its launch would use, on host memory.
#pragma once

#include <vector>

#include "cuda/engine/bodies.cuh"
#include "host/engine/backend.hpp"
#include "host/engine/bands.hpp"

namespace fleetcast::testing {

/// Runs a body as for_each_index<<<…>>> would: whole blocks, the last one ragged.
template <class Body>
void run_grid(Body const& body, std::uint32_t block_size) {
  std::uint64_t const count = body.count();
  for (std::uint64_t block = 0; block < (count + block_size - 1) / block_size; ++block)
    for (std::uint32_t thread = 0; thread < block_size; ++thread) run_position(body, block, block_size, thread, count);
}

class GridBackend final : public Backend {
 public:
  GridBackend(Plan const& plan, std::uint32_t tile_realizations, std::uint32_t chunk_slots)
      : plan_(plan), tile_realizations_(tile_realizations), chunk_slots_(chunk_slots), bands_(plan) {
    slot_group_.resize(plan.table.slots);
    for (std::uint32_t g = 0; g < plan.groups.size(); ++g) std::fill_n(slot_group_.begin() + plan.groups[g].first_slot, plan.groups[g].slot_count, g);
  }

  std::string name() const override { return "grid"; }
  std::string device() const override { return "kernel bodies on the CPU"; }
  std::uint32_t tile_realizations() const override { return tile_realizations_; }

  void begin_scenario(std::uint32_t scenario, CellSums& sums) override {
    traffic_ = traffic_view(plan_, plan_.scenarios[scenario], classes_);
    into_ = sums.view();
    band_values_.assign(static_cast<std::size_t>(3) * plan_.band_blocks * plan_.band_realizations, 0);
  }

  bool run_tile(Tile const& tile, std::atomic<bool> const&, LedgerSink*) override {
    std::uint32_t const rows = tile.realizations;
    std::size_t const cells = static_cast<std::size_t>(rows) * plan_.total_ticks();
    class_requests_.assign(cells * classes_.size(), 0xdeadbeef);
    requests_.assign(cells, 0xdeadbeef);
    prompt_.assign(cells, 0xdeadbeef);
    completion_.assign(cells, 0xdeadbeef);
    clamped_.assign(rows, 0xdeadbeef);
    work_.assign(cells * plan_.services.size(), -1.0F);
    signal_.assign(cells * plan_.windows.size(), -1.0F);
    work_ms_.assign(rows * plan_.services.size(), -1);
    reference_.assign(rows * plan_.references.size(), 0xdeadbeef);
    totals_.assign(rows, {});
    DemandView const demand{plan_.total_ticks(), class_requests_.data(), requests_.data(), prompt_.data(), completion_.data(), clamped_.data()};

    run_grid(DrawArrivals{traffic_, tile.first, rows, demand}, 64);
    run_grid(AddClassRequests{rows, traffic_.class_count, demand}, 256);
    run_grid(SumTokens{traffic_, tile.first, rows, demand}, 256);
    run_grid(SumRealizations{demand, rows, plan_.warmup_ticks, plan_.longest_segment, totals_.data()}, 64);
    run_grid(FillWorkRows{demand, rows, plan_.warmup_ticks, plan_.services.data(), static_cast<std::uint32_t>(plan_.services.size()), work_.data(),
                          work_ms_.data()},
             64);
    run_grid(FillSignalRows{demand, rows, plan_.windows.data(), static_cast<std::uint32_t>(plan_.windows.size()), signal_.data()}, 64);
    run_grid(FillReferences{demand, rows, plan_.warmup_ticks, plan_.references.data(), static_cast<std::uint32_t>(plan_.references.size()),
                            work_.data(), reference_.data()},
             64);
    run_grid(SumBandBlocks{demand, band_rows(tile.first, rows, plan_.band_realizations), plan_.warmup_ticks, tile.first, plan_.band_realizations,
                           plan_.band_blocks, plan_.band_ticks, band_values_.data()},
             128);
    bands_.take(tile.first, rows, demand, plan_);
    for (std::uint32_t slot = 0; slot < plan_.table.slots; slot += chunk_slots_) walk(slot, std::min(chunk_slots_, plan_.table.slots - slot), rows);
    return true;
  }

  TileTotals totals() const override { return {totals_, work_ms_, reference_}; }

  KernelSeconds kernel_seconds() const override { return {}; }

  Bands end_scenario() override { return bands_.reduce(plan_); }

  /// Block sums as SumBandBlocks left them, [quantity][block][realization].
  std::vector<std::uint64_t> const& band_values() const { return band_values_; }
  DemandView demand() { return {plan_.total_ticks(), class_requests_.data(), requests_.data(), prompt_.data(), completion_.data(), clamped_.data()}; }
  TrafficView const& traffic() const { return traffic_; }

 private:
  void walk(std::uint32_t first_slot, std::uint32_t slots, std::uint32_t rows) {
    std::size_t const threads = static_cast<std::size_t>(rows) * slots;
    memory_.assign(threads * plan_.walk_memory_ints(), -7);
    ledgers_.assign(threads * (fixed_entries + plan_.levels), -7);
    RowsView const view{plan_.total_ticks(), plan_.warmup_ticks, rows,          plan_.tick_seconds, requests_.data(), work_.data(), signal_.data(),
                        work_ms_.data(),     reference_.data(),  totals_.data()};
    run_grid(WalkPolicies{plan_.groups.data(), slot_group_.data(), plan_.table.columns(), view, plan_.levels, first_slot, slots, memory_.data(),
                          ledgers_.data()},
             128);
    run_grid(
        AccumulateSlots{
            {ledgers_.data(), rows, first_slot, slots}, view, plan_.table.columns(), plan_.objective_per, plan_.slot_service.data(), into_},
        128);
  }

  Plan const& plan_;
  std::uint32_t tile_realizations_, chunk_slots_;
  BandCollector bands_;
  std::vector<std::uint32_t> slot_group_;
  std::vector<RequestClassView> classes_;
  TrafficView traffic_{};
  AccumulatorView into_{};
  std::vector<std::uint32_t> class_requests_, requests_, clamped_;
  std::vector<std::uint64_t> prompt_, completion_, reference_, band_values_;
  std::vector<float> work_, signal_;
  std::vector<std::int64_t> work_ms_, ledgers_;
  std::vector<RealizationTotals> totals_;
  std::vector<std::int32_t> memory_;
};

}  // namespace fleetcast::testing
