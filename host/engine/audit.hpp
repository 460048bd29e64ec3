/// Computes a sample of tiles again, elsewhere, and compares.
#pragma once

#include <cstdint>
#include <mutex>

#include "backend.hpp"
#include "plan.hpp"
#include "run_state.hpp"

namespace fleetcast {

/// Shared by all workers of a process; each must hold it while it uses it.
class Audit {
 public:
  /// @param share  of all realizations to compute again, in (0, 1]; every worker's first tile is looked at whatever the share
  /// @param make   makes the backend that computes them again; never used together with another's use of this audit
  Audit(double share, std::function<std::unique_ptr<Backend>(Plan const&)> make) : share_(share), make_(std::move(make)) {}

  /// How many of the first realizations of a tile are to be computed again; 0: none.
  /// @param owed  what the worker has not had audited yet; starts at first_tile
  std::uint32_t due(std::uint32_t realizations, double& owed) const;
  static constexpr double first_tile = 1;

  /// Computes a tile again and compares every integer.
  ///
  /// @param plan   of the policies that ran
  /// @param cells  what the tile alone came to, and so on
  /// @param bands  values of the tile, or null where they are not kept
  /// @throws Error internal naming the device and the tile, if anything differs
  void compare(Plan const& plan, Tile const& tile, Backend const& suspect, CellSums const& cells, TileTotals const& totals, BandValues const* bands);

  /// Realizations compared so far.
  std::uint64_t realizations() const { return realizations_; }

 private:
  double share_;
  std::function<std::unique_ptr<Backend>(Plan const&)> make_;
  std::mutex mutex_;
  std::uint64_t realizations_ = 0;
};

}  // namespace fleetcast
