/// The front of cost and violations: the settings that no other one beats in both.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cell_tallies.hpp"

namespace fleetcast {

/// Where a cell stands to the front.
enum class FrontPlace : std::uint8_t {
  beaten,      ///< surely costs more and violates more than some other cell; or invalid
  may_belong,  ///< another one's estimates are better, but not surely
  on_front     ///< of the estimates, no other cell's are better
};

struct ParetoFront {
  std::vector<std::uint64_t> front;  ///< numbers of the cells on it, by rising cost and falling share
  std::vector<FrontPlace> place;     ///< parallel to the cells given
  std::uint64_t may_belong = 0;      ///< cells that may, beyond those that do
};

/// The front of mean cost and mean promised share (the one that sla.per names).
///
/// With probability at least 1 - α no cell of the true front is called beaten: α/2 is shared by the one-sided bounds on the cost difference
/// of every ordered pair, and α/2 by both ends of every cell's interval of its share.
///
/// Cells that left a race are compared no more: they count as beaten.
///
/// @param family_size  cells that share α; 0: the valid ones among those given
/// @param cells        they share their traffic
ParetoFront pareto_front(CellTallies const& tallies, double alpha, std::uint64_t family_size, std::span<std::uint64_t const> cells);

}  // namespace fleetcast
