/// What the runner asks of whatever computes a sweep.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bands.hpp"
#include "host/config/error.hpp"
#include "plan.hpp"
#include "sums.hpp"

namespace fleetcast {

/// Consecutive realizations of one scenario.
struct Tile {
  std::uint32_t scenario;
  std::uint64_t first;
  std::uint32_t realizations;
};

/// Per-realization numbers of a tile that no policy changes.
struct TileTotals {
  std::span<RealizationTotals const> totals;  ///< [realization]
  std::span<std::int64_t const> work_ms;      ///< [service][realization]
  std::span<std::uint64_t const> reference;   ///< [reference][realization]
};

/// Adds the realizations of a tile to what no policy changes.
void add_totals(ScenarioSums& into, TileTotals const& tile);

/// Takes the ledgers of a tile as they are made, for --raw.
class LedgerSink {
 public:
  virtual ~LedgerSink() = default;
  /// @param entries  entry e of realization r and slot s at [(e·realizations + r)·slots + s - first_slot]
  virtual void take(Tile const& tile, std::span<std::int64_t const> entries, std::uint32_t first_slot, std::uint32_t slots) = 0;
};

/// Computes tiles of a plan and adds them up. One backend serves one plan.
class Backend {
 public:
  virtual ~Backend() = default;

  virtual std::string name() const = 0;    ///< "cpu" or "cuda"
  virtual std::string device() const = 0;  ///< for people

  /// Realizations of the largest tile that fits the memory budget.
  virtual std::uint32_t tile_realizations() const = 0;

  /// Starts a scenario; its tiles are added to `sums`, and what they demand to `bands`, by the next bring_home() at the latest. Both must live
  /// until the next begin_scenario().
  /// @param bands  takes realizations below plan.band_realizations, or null
  virtual void begin_scenario(std::uint32_t scenario, CellSums& sums, BandValues* bands) = 0;

  /// Computes a tile.
  /// @param raw  takes its ledgers, or null
  virtual void run_tile(Tile const& tile, LedgerSink* raw) = 0;

  /// Totals of the last tile, valid until the next.
  virtual TileTotals totals() const = 0;

  virtual KernelSeconds kernel_seconds() const = 0;

  /// What bounds the kernels; nothing is known of a CPU.
  virtual std::optional<DeviceLimits> limits() const { return std::nullopt; }

  /// Whether it is a device that may stop working while it brings home what it has: what it adds to is then spoilt, and has to be a copy.
  virtual bool may_fault() const { return false; }

  /// Brings the sums and band values of all tiles so far home; more tiles of the scenario may follow.
  virtual void bring_home() = 0;
};

KernelSeconds operator+(KernelSeconds const& a, KernelSeconds const& b);

/// A device that stopped working in the middle of its work. What it had not brought home is lost; nothing that came home is wrong.
class DeviceFault : public Error {
 public:
  /// @param device  number of the device
  DeviceFault(int device, std::string const& message) : Error(ExitCode::internal, message), device_(device) {}
  int device() const { return device_; }

 private:
  int device_;
};

/// Instruction sets of this processor that the CPU backend has loops for, narrowest first: "baseline", "avx2", "avx512".
std::vector<std::string> simd_levels();

/// @param threads  0: all cores
/// @param simd     "" for the widest the machine has, or "baseline", "avx2", "avx512"
/// @param memory   bytes for tiles
/// @throws Error usage (unknown or unsupported simd), bad_config (one realization does not fit)
std::unique_ptr<Backend> make_cpu_backend(Plan const& plan, int threads, std::string const& simd, std::uint64_t memory);

/// @param device  number of the device, from 0
/// @throws Error no_device
std::unique_ptr<Backend> make_cuda_backend(Plan const& plan, std::uint64_t memory, int device = 0, TokenPath path = TokenPath::fused);

/// Names of the CUDA devices of this machine; empty where there is none, or no CUDA in this build.
std::vector<std::string> cuda_devices();
/// Why the GPUs that this machine's driver knows can't be used, such as a driver that is too old; "" where they can, or there is none.
std::string cuda_problem();

}  // namespace fleetcast
