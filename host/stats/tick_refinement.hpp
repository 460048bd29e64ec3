/// Whether the length of the tick decides the answer: settings repeated on the same requests in shorter ticks.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "host/engine/plan.hpp"

namespace fleetcast {

/// The tick to compare with: a sixth of the sweep's, or the divisor of it that comes nearest to that.
/// @throws Error usage if the tick is one second, the shortest there is
std::uint32_t shorter_tick_seconds(std::uint32_t tick_seconds);

/// What a setting comes to in ticks of one length.
struct TickOutcome {
  double cost_usd = 0;        ///< of a realization, on average
  double violated_share = 0;  ///< of what sla.per counts, over all realizations; NaN where nothing came
};

/// A setting in the sweep's ticks and in shorter ones.
struct TickComparison {
  std::uint64_t cell = 0;
  std::string problem;  ///< why the setting can't be run in the shorter ticks, "" if it can; then outcomes say nothing
  TickOutcome at_tick, at_shorter_tick;

  /// How many times the violated share of the sweep's ticks stands in the shorter ones: 1 where both are 0, infinite where the
  /// first alone is.
  double factor() const;
  /// Whether that is above 1.5, or below its inverse: the tick then decides the answer more than sampling does.
  bool is_warning() const;
};

struct RefinementSize {
  std::uint32_t realizations = 32;
  int threads = 1;
};

/// Repeats cells in ticks of `shorter_seconds`, on the same requests: realizations are drawn in the shorter ticks and added up to the
/// sweep's, since days of their own would differ by chance more than by their ticks.
///
/// What the sweep's file says in seconds or minutes (bursts, boot times, windows, cooldowns) stays, rounded up to whole ticks of either
/// length. One thing is left out: a run draws its drift once a tick, and what is added up holds the drift's mean over the tick, which
/// moves less from one to the next (on sweeps/baseline.toml 5% fewer violations in the sweep's ticks).
///
/// @param cells   valid ones
/// @param stop    looked at between realizations
/// @param report  called with the share of the work that is done, by one thread at a time
/// @return        a comparison a cell, in the order given; empty if `stop` was raised
/// @throws Error  bad_data if more requests come in a tick than can be counted
std::vector<TickComparison> compare_ticks(Plan const& plan, std::uint32_t shorter_seconds, std::vector<std::uint64_t> const& cells,
                                          RefinementSize size, std::atomic<bool> const& stop, std::function<void(double)> const& report);

}  // namespace fleetcast
