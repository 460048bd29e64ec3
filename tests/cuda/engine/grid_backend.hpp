/// A GPU backend without a GPU: every kernel body run over the very grid its launch would use, on host memory.
#pragma once

#include <algorithm>
#include <vector>

#include "cuda/model/rows.cuh"
#include "host/engine/backend.hpp"
#include "host/engine/bands.hpp"
#include "host/engine/class_laws.hpp"

namespace fleetcast::testing {

class GridBackend final : public Backend {
 public:
  /// @param tile_realizations  rows of a tile
  /// @param chunk_slots        slots walked at once
  GridBackend(Plan const& plan, std::uint32_t tile_realizations, std::uint32_t chunk_slots);

  std::string name() const override { return "grid"; }
  std::string device() const override { return "kernel bodies on the CPU"; }
  std::uint32_t tile_realizations() const override { return tile_realizations_; }

  void begin_scenario(std::uint32_t scenario, CellSums& sums, BandValues* bands) override {
    traffic_ = traffic_view(plan_, plan_.scenarios[scenario], classes_);
    laws_ = class_laws(plan_.scenarios[scenario]);
    into_ = sums.view();
    bands_ = bands;
    band_values_.assign(static_cast<std::size_t>(3) * plan_.band_blocks * plan_.band_realizations, 0);
  }

  void run_tile(Tile const& tile, LedgerSink*) override;

  TileTotals totals() const override { return {totals_, work_ms_, reference_}; }

  KernelSeconds kernel_seconds() const override { return {}; }

  void bring_home() override {
    if (bands_ != nullptr) std::copy(band_values_.begin(), band_values_.end(), bands_->values().begin());
  }

  DemandView demand() { return {plan_.total_ticks(), class_requests_.data(), requests_.data(), prompt_.data(), completion_.data(), clamped_.data()}; }
  TrafficView const& traffic() const { return traffic_; }

 private:
  void draw_tokens(std::uint32_t request_class, std::uint64_t tile_first, std::uint32_t rows, DemandView const& demand) const;

  RowsView rows_view(std::uint32_t rows) const;
  void walk(std::uint32_t first_slot, std::uint32_t slots, std::uint32_t rows);
  void walk_baseline(std::uint32_t rows);
  void accumulate(std::uint32_t first_slot, std::uint32_t slots, std::uint32_t rows);

  Plan const& plan_;
  std::uint32_t tile_realizations_, chunk_slots_;
  BandValues* bands_ = nullptr;
  std::vector<std::uint32_t> slot_service_;
  std::vector<RequestClassView> classes_;
  std::vector<ClassLaw> laws_;
  TrafficView traffic_{};
  AccumulatorView into_{};
  std::vector<std::uint32_t> class_requests_, requests_, clamped_;
  std::vector<std::uint64_t> prompt_, completion_, reference_, band_values_;
  std::vector<float> work_, signal_;
  std::vector<std::int64_t> work_ms_, ledgers_, baseline_;
  std::vector<RealizationTotals> totals_;
  std::vector<WorkSum> work_sums_;
  std::vector<float> memory_;
};

}  // namespace fleetcast::testing
