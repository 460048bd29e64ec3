/// The workload of a replay, from a file.
#pragma once

#include <cstdint>

#include "host/engine/demand_series.hpp"
#include "host/fit/trace/trace_summary.hpp"

namespace fleetcast {

/// The trace as demand in ticks; its bins before 0 are the warm-up.
///
/// @param tick_seconds  of the sweep; the trace was read in bins of this length where it could be
/// @throws Error usage (the trace's rows are longer than a tick), bad_data (no tokens, no tick from 0 on, counts too large)
DemandSeries demand_of(TraceSummary const& trace, std::uint32_t tick_seconds);

}  // namespace fleetcast
