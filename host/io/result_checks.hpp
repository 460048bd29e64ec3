/// Whether what was read of a result can have come from a run.
#pragma once

#include <string>

#include "host/stats/cell_tallies.hpp"

namespace fleetcast {

/// Refuses tallies that no run gives: numbers out of bounds, counts above the number of realizations, sums at odds with their squares.
///
/// It is no checksum; it keeps what decisions are computed from within what they are computed for.
/// @param path  for the message
/// @throws Error bad_data naming the first cell that is wrong, and what is
void check_tallies(CellTallies const& tallies, std::string const& path);

/// The bins whose smallest integers are `smallest`.
/// @throws Error bad_data if there are none such
HistogramBins bins_of(std::vector<std::uint64_t> const& smallest, std::string const& path, std::string const& dataset);

}  // namespace fleetcast
