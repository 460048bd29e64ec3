/// A log of single requests boiled down to bins, a sample and notes.
#pragma once

#include "trace_rows.hpp"
#include "trace_summary.hpp"

namespace fleetcast {

/// Reads all rows of a request log. Rows may come in any order.
/// @param bin_seconds  whole seconds
/// @throws Error bad_data
TraceSummary summarize_requests(TraceRows& rows, std::int64_t bin_seconds);

}  // namespace fleetcast
