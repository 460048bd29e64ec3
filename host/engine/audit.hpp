/// Computes a sample of the tiles again, elsewhere, and compares.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

#include "backend.hpp"
#include "plan.hpp"

namespace fleetcast {

/// A tile that has been computed: what it alone came to.
struct ComputedTile {
  Tile tile;
  CellSums const& cells;
  ScenarioSums const& totals;
  BandValues const* bands;  ///< null where none are kept
};

/// Shared by all workers of a process.
class Audit {
 public:
  /// @param share  of all realizations to compute again, in (0, 1]
  /// @param make   makes the backend that does so, for a plan
  Audit(double share, std::function<std::unique_ptr<Backend>(Plan const&)> make) : share_(share), make_(std::move(make)) {}

  /// How many of a tile's first realizations are to be computed again; 0: none. Whole blocks of lanes, and some of every worker's first tile.
  /// @param owed  realizations that the worker has still to have audited; 1 at its start
  std::uint32_t due(std::uint32_t realizations, double& owed) const;

  /// Computes a tile again and compares every integer.
  /// @param plan    of the policies that ran
  /// @param device  that computed it, for the message
  /// @throws Error internal, naming the device and the realizations, if anything differs
  void compare(Plan const& plan, ComputedTile const& computed, std::string const& device);

  /// Realizations compared so far.
  std::uint64_t realizations() const { return realizations_; }

 private:
  double share_;
  std::function<std::unique_ptr<Backend>(Plan const&)> make_;
  std::mutex mutex_;
  std::atomic<std::uint64_t> realizations_ = 0;
};

}  // namespace fleetcast
