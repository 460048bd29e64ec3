/// A backend that stops working, for tests of what becomes of its work.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>

#include "host/engine/backend.hpp"

namespace fleetcast::testing {

/// A device with a memory of its own, as a GPU: nothing comes home before it is asked for, and takes the place of what is there. It fails for good
/// in the middle of a run.
class LostDevice final : public Backend {
 public:
  enum class Fails { in_a_tile, bringing_home };
  static constexpr int never = -1;

  /// @param tiles  it computes before
  LostDevice(Plan const& plan, int tiles, Fails fails = Fails::in_a_tile)
      : plan_(plan), inner_(make_cpu_backend(plan, 1, "", 8ULL << 20)), left_(tiles), fails_(fails) {}
  std::string name() const override { return "lost"; }
  std::string device() const override { return "a device that falls off the bus"; }
  std::uint32_t tile_realizations() const override { return 16; }
  void begin_scenario(std::uint32_t scenario, CellSums& sums, BandValues* bands) override {
    sums_.emplace(sums);
    bands_.emplace(plan_);
    home_ = &sums;
    home_bands_ = bands;
    inner_->begin_scenario(scenario, *sums_, bands != nullptr ? &*bands_ : nullptr);
  }
  void run_tile(Tile const& tile, LedgerSink* raw) override {
    if (left_ == 0 && fails_ == Fails::in_a_tile) fail();
    left_ -= left_ > 0 ? 1 : 0;
    inner_->run_tile(tile, raw);
    if (home_bands_ != nullptr) home_bands_->note({tile.first, tile.first + tile.realizations});
  }
  TileTotals totals() const override { return inner_->totals(); }
  KernelSeconds kernel_seconds() const override { return inner_->kernel_seconds(); }
  bool may_fault() const override { return true; }
  void bring_home() override {
    inner_->bring_home();
    *home_ = *sums_;
    if (left_ == 0 && fails_ == Fails::bringing_home) fail();  // with some of it at home
    if (home_bands_ != nullptr) std::copy(bands_->values().begin(), bands_->values().end(), home_bands_->values().begin());
  }

 private:
  [[noreturn]] static void fail() { throw DeviceFault(3, "CUDA device 3 failed: an illegal memory access was encountered"); }

  Plan const& plan_;
  std::shared_ptr<Backend> inner_;
  int left_;
  Fails fails_;
  std::optional<CellSums> sums_;
  std::optional<BandValues> bands_;
  CellSums* home_ = nullptr;
  BandValues* home_bands_ = nullptr;
};

}  // namespace fleetcast::testing
