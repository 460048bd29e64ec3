/// Reads results: their story, what decisions are made from, and single cells.
#pragma once

#include <string>

#include "hdf5.hpp"
#include "host/config/sweep_config.hpp"
#include "host/stats/cell_details.hpp"
#include "host/stats/cell_tallies.hpp"

namespace fleetcast {

/// Opens a result and refuses what is none, or is newer than this program.
/// @throws Error no_input, bad_data
hdf5::Reader open_result(std::string const& path);

/// All `size` values of a dataset, as double, std::int64_t, std::uint64_t, std::uint32_t or std::uint8_t.
/// @param needed_by  for messages: "which … needs"
/// @throws Error bad_data where it is missing or has another size
template <class Value>
std::vector<Value> read_column(hdf5::Reader const& file, std::string const& dataset, std::size_t size, std::string const& needed_by);
/// The 128-bit integers of two datasets, NAME_lo and NAME_hi.
std::vector<Sum128> read_wide(hdf5::Reader const& file, std::string const& name, std::size_t size, std::string const& needed_by);

/// A result whose decisions are to be made. Needs the file alone, none of those that its sweep names.
class ResultReader final : public CellDetails {
 public:
  /// @throws Error no_input; bad_data (no result, a newer format, or one so old that it lacks the sums; a part)
  explicit ResultReader(std::string const& path);

  SweepConfig const& sweep() const { return sweep_; }
  hdf5::Reader const& file() const { return file_; }

  /// All cells. About 320 bytes each.
  /// @throws Error bad_data naming what is missing, or can't have come from a run
  CellTallies tallies() const;

  /// The `size` values of a dataset that stand at a position along its leading dimensions.
  /// @throws Error bad_data if there are more or fewer
  std::vector<double> row(std::string const& dataset, std::vector<std::size_t> const& position, std::size_t size) const;

  Estimate quantity(Quantity quantity, std::uint64_t cell) const override;
  CellHistogram billed(std::uint64_t cell) const override { return histogram("billed", "billed_replica_ticks", cell); }
  CellHistogram violated(std::uint64_t cell) const override { return histogram("violated", "violated_ticks", cell); }

 private:
  CellHistogram histogram(std::string const& name, std::string const& entry, std::uint64_t cell) const;
  template <class Value>
  std::vector<Value> column(std::string const& dataset, std::size_t per_cell = 1) const {
    return read_column<Value>(file_, dataset, cells_ * per_cell, "decisions");
  }
  std::vector<Sum128> wide(std::string const& name) const { return read_wide(file_, name, cells_, "decisions"); }
  BaselineTallies baseline(std::vector<std::uint8_t> const& valid) const;
  double share_between(double least, double most, std::string const& attribute) const;

  hdf5::Reader file_;
  SweepConfig sweep_;
  std::vector<Axis> axes_;
  std::uint64_t cells_;
};

}  // namespace fleetcast
