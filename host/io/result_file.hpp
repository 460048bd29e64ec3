/// The result file: HDF5 that xarray opens with no help. results/README.md describes it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "host/engine/backend.hpp"
#include "host/engine/part.hpp"
#include "host/engine/plan.hpp"
#include "host/engine/runner.hpp"
#include "host/engine/sums.hpp"

namespace fleetcast {

inline constexpr char const* result_filetype = "fleetcast result";
inline constexpr int result_format_version = 2;

/// How a result came about, for its attributes.
struct Provenance {
  std::string backend;
  std::string device;
  std::string stop_reason;  ///< "all realizations done"
  double run_seconds = 0;
  double plan_seconds = 0;

  // of a run that looked before its end
  std::string stop_rule = {};                ///< in words; "" without one
  std::string look_log = {};                 ///< what each look found, as JSON
  std::vector<std::uint8_t> left_race = {};  ///< a LeftRace per cell; empty without a race

  std::optional<Part> part = {};  ///< whose realizations alone the sums are over
  // what the process that wrote it spent
  KernelSeconds kernel_seconds = {};
  double checkpoint_seconds = 0;
};

/// Keeps the ledger of every realization for --raw. Holds all of it in memory until the result is written.
class RawLedgers final : public LedgerSink {
 public:
  /// @throws Error bad_config if more than `memory` bytes were needed
  RawLedgers(Plan const& plan, std::uint64_t memory);
  void take(Tile const& tile, std::span<std::int64_t const> entries, std::uint32_t first_slot, std::uint32_t slots) override;
  /// [cell][realization] of an entry.
  std::span<std::int64_t const> entry(std::uint32_t entry) const;

 private:
  Plan const& plan_;
  std::vector<std::vector<std::uint64_t>> cells_of_;  ///< [scenario · slots + slot]
  std::vector<std::int64_t> values_;                  ///< [entry][cell][realization]
};

/// Writes the result of a finished run, aside and then renamed. Whoever calls it holds the output's lock: it is written aside under a name that
/// is always the same, so that what a killed process left there is written over.
/// @param stop  looked at between datasets
/// @param raw   null unless --raw
/// @return      false if `stop` was raised: nothing is left then
/// @throws Error cannot_create, io
bool write_result(std::string const& path, Plan const& plan, SweepSums const& sums, Hash128 const& digest, std::atomic<bool> const& stop,
                  Provenance const& provenance, RawLedgers const* raw);

/// Bytes of memory that writing a result takes beside what is written: its largest dataset.
std::uint64_t writing_bytes(Plan const& plan);

/// Bytes of the result file of a plan, within a tenth, compression aside.
std::uint64_t result_bytes(Plan const& plan, bool raw);

/// Names of the axes as dimensions of the file: the key's last part, or the whole key, `.` as `_`, where that is not unique.
std::vector<std::string> axis_names(std::vector<Axis> const& axes);

}  // namespace fleetcast
