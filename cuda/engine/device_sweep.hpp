/// A sweep on a CUDA device, in terms of the model's plain records. host/engine makes a Backend of it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "cuda/model/records.cuh"

namespace fleetcast {

/// A CUDA call that failed, with file, line and expression.
class DeviceError : public std::runtime_error {
 public:
  enum class Kind { no_device, out_of_memory, other };
  DeviceError(Kind kind, std::string const& message) : std::runtime_error(message), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

/// What a device needs to know of a plan; all spans are host memory, copied at construction.
struct DevicePlan {
  std::uint32_t warmup_ticks, total_ticks, tick_seconds, levels, longest_segment, most_classes;
  ObjectivePer objective_per;
  PolicyColumns columns;
  std::span<PolicyGroup const> groups;
  std::span<ServiceRates const> services;
  std::span<std::uint32_t const> windows;
  std::span<ReferencePolicy const> references;
  HistogramBins billed_bins, violated_bins;
  ObjectiveLevels objective_levels;
  std::optional<std::uint32_t> baseline_slot;
  std::uint32_t band_realizations, band_ticks, band_blocks;
  std::uint32_t walk_memory_values;
};

/// What decides how the tokens of a request class are drawn on a device.
struct ClassLaw {
  bool pairs;
  bool compound;
  std::uint32_t table_size;  ///< entries of each of its two tables
  std::uint32_t longest;     ///< prompt or completion
  double expected;           ///< mean requests of a tick
};

/// A scenario's traffic; host memory.
struct DeviceTraffic {
  TrafficView view;
  std::vector<ClassLaw> laws;  ///< [class]
};

/// Realizations of a tile, and slots whose ledgers are held at once.
struct DeviceTile {
  std::uint32_t realizations;
  std::uint32_t slots;
};

/// Ledgers of a chunk of slots on the host: entry e of realization r and slot s at [(e·realizations + r)·slots + s].
using LedgerCallback = std::function<void(std::span<std::int64_t const> entries, std::uint32_t first_slot, std::uint32_t slots)>;

/// Of the current device. @throws DeviceError
DeviceLimits device_limits();

/// Makes a device that of the calling thread. @throws DeviceError
void use_device(int device);

/// Serves one thread, whose device must be the one it was made on.
class DeviceSweep {
 public:
  /// Takes the device memory of a tile; halves its realizations while the device has less.
  /// @throws DeviceError, no_device also where this build has no code for the device
  DeviceSweep(DevicePlan const& plan, DeviceTile tile, TokenPath path);
  ~DeviceSweep();

  std::uint32_t tile_realizations() const;

  /// Starts a scenario from the sums in `from`, host memory, and without band values.
  void begin_scenario(DeviceTraffic const& traffic, AccumulatorView const& from);
  /// Computes realizations [first, first + count) and adds them to the sums on the device.
  void run_tile(std::uint64_t first, std::uint32_t count, LedgerCallback const& ledgers);

  KernelSeconds kernel_seconds() const;

  std::span<RealizationTotals const> totals() const;
  std::span<std::int64_t const> work_ms() const;
  std::span<std::uint64_t const> reference() const;

  /// Copies the sums into host memory laid out the same way.
  void read_sums(AccumulatorView const& into);
  /// Copies the block sums of the workload bands: [quantity][block][realization], zero where none was drawn since begin_scenario().
  void read_band_values(std::span<std::uint64_t> into);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Why devices of a driver that is there can't be used; "" where they can, or there is none.
std::string device_problem();

/// Names of the CUDA devices; where there are none, `reason` says why.
std::vector<std::string> device_names(std::string& reason);

}  // namespace fleetcast
