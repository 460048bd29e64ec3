#include <fmt/format.h>

#include "backend.hpp"
#include "bands.hpp"
#include "class_laws.hpp"
#include "cuda/engine/device_sweep.hpp"
#include "host/config/error.hpp"
#include "tile_shape.hpp"

namespace fleetcast {

namespace {

/// Of a device that has begun, whatever it says: another may be asked instead.
[[noreturn]] void rethrow_fault(DeviceError const& error, int device) {
  throw DeviceFault(device, fmt::format("CUDA device {} failed: {}", device, error.what()));
}

/// Of a device that could not begin.
[[noreturn]] void rethrow(DeviceError const& error, int device) {
  if (error.kind() == DeviceError::Kind::no_device)
    throw Error(ExitCode::no_device, fmt::format("--device cuda: CUDA device {} can't be used: {}; run with --device cpu for the same result, slower",
                                                 device, error.what()));
  if (error.kind() == DeviceError::Kind::out_of_memory)
    throw Error(ExitCode::no_device,
                fmt::format("--device cuda: CUDA device {} has not the memory the sweep needs: {}; give a smaller grid, or --device cpu", device,
                            error.what()));
  rethrow_fault(error, device);
}

DevicePlan device_plan(Plan const& plan) {
  return {plan.warmup_ticks,
          plan.total_ticks(),
          plan.tick_seconds,
          plan.levels,
          plan.longest_segment,
          static_cast<std::uint32_t>(plan.most_classes()),
          plan.objective_per,
          plan.table.columns(),
          plan.groups,
          plan.services,
          plan.windows,
          plan.references,
          plan.billed_bins,
          plan.violated_bins,
          plan.objective_levels,
          plan.baseline ? std::optional(plan.policies[*plan.baseline].slot) : std::nullopt,
          plan.band_realizations,
          plan.band_ticks,
          plan.band_blocks,
          plan.walk_memory_values()};
}

/// The plan on a CUDA device.
class CudaBackend final : public Backend {
 public:
  CudaBackend(Plan const& plan, std::uint64_t memory, int device, std::string name, TokenPath path)
      : plan_(plan),
        device_(used(device)),
        name_(std::move(name)),
        shape_(cuda_tile(plan, memory)),
        sweep_(device_plan(plan), {shape_.realizations, shape_.slots}, path) {
    shape_.realizations = sweep_.tile_realizations();
  }

  std::string name() const override { return "cuda"; }
  std::string device() const override { return name_; }
  std::uint32_t tile_realizations() const override { return shape_.realizations; }

  void begin_scenario(std::uint32_t scenario, CellSums& sums, BandValues* bands) override {
    host_ = sums.view();
    bands_ = bands;
    std::vector<RequestClassView> classes;
    Scenario const& s = plan_.scenarios[scenario];
    DeviceTraffic const traffic{traffic_view(plan_, s, classes), class_laws(s)};
    guarded([&] { sweep_.begin_scenario(traffic, host_); });
  }

  void run_tile(Tile const& tile, LedgerSink* raw) override {
    LedgerCallback callback;
    if (raw != nullptr)
      callback = [&](std::span<std::int64_t const> entries, std::uint32_t first_slot, std::uint32_t slots) {
        raw->take(tile, entries, first_slot, slots);
      };
    guarded([&] { sweep_.run_tile(tile.first, tile.realizations, callback); });
    if (bands_ != nullptr) bands_->note({tile.first, tile.first + tile.realizations});
  }

  KernelSeconds kernel_seconds() const override { return sweep_.kernel_seconds(); }

  TileTotals totals() const override { return {sweep_.totals(), sweep_.work_ms(), sweep_.reference()}; }

  std::optional<DeviceLimits> limits() const override {
    DeviceLimits limits{};
    guarded([&] { limits = device_limits(); });
    return limits;
  }

  bool may_fault() const override { return true; }

  void bring_home() override {
    guarded([&] {
      sweep_.read_sums(host_);
      if (bands_ != nullptr) sweep_.read_band_values(bands_->values());
    });
  }

 private:
  static int used(int device) {
    use_device(device);
    return device;
  }

  template <class Work>
  void guarded(Work work) const {
    try {
      use_device(device_);  // threads may come and go
      work();
    } catch (DeviceError const& error) {
      rethrow_fault(error, device_);
    }
  }

  Plan const& plan_;
  int device_;
  std::string name_;
  AccumulatorView host_{};
  BandValues* bands_ = nullptr;
  TileShape shape_;
  DeviceSweep sweep_;
};

}  // namespace

std::vector<std::string> cuda_devices() {
  try {
    std::string reason;
    return device_names(reason);
  } catch (DeviceError const&) {
    return {};  // which make_cuda_backend() tells
  }
}

std::string cuda_problem() { return device_problem(); }

std::unique_ptr<Backend> make_cuda_backend(Plan const& plan, std::uint64_t memory, int device, TokenPath path) {
  try {
    std::string reason;
    auto const names = device_names(reason);
    if (static_cast<std::size_t>(device) >= names.size()) throw DeviceError(DeviceError::Kind::no_device, reason);
    return std::make_unique<CudaBackend>(plan, memory, device, names.at(static_cast<std::size_t>(device)), path);
  } catch (DeviceError const& error) {
    rethrow(error, device);
  }
}

}  // namespace fleetcast
