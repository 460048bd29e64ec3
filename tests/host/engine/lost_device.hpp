/// A backend that stops working, for tests of what becomes of its work.
#pragma once

#include <memory>

#include "host/engine/backend.hpp"

namespace fleetcast::testing {

/// A device that fails for good in the middle of a run.
class LostDevice final : public Backend {
 public:
  LostDevice(Plan const& plan, int tiles) : inner_(make_cpu_backend(plan, 1, "", 2ULL << 20)), left_(tiles) {}
  std::string name() const override { return "lost"; }
  std::string device() const override { return "a device that falls off the bus"; }
  std::uint32_t tile_realizations() const override { return 16; }
  void begin_scenario(std::uint32_t scenario, CellSums& sums, BandValues* bands) override {
    own_ = std::make_unique<CellSums>(sums);  // as a device does: nothing comes home before it is asked for
    home_ = &sums;
    inner_->begin_scenario(scenario, *own_, bands);
  }
  void run_tile(Tile const& tile, LedgerSink* raw) override {
    if (left_-- == 0) throw DeviceFault(3, "CUDA device 3 failed: an illegal memory access was encountered");
    inner_->run_tile(tile, raw);
  }
  TileTotals totals() const override { return inner_->totals(); }
  KernelSeconds kernel_seconds() const override { return inner_->kernel_seconds(); }
  void bring_home() override {
    inner_->bring_home();
    *home_ = *own_;
  }

 private:
  std::shared_ptr<Backend> inner_;
  int left_;
  std::unique_ptr<CellSums> own_;
  CellSums* home_ = nullptr;
};

}  // namespace fleetcast::testing
