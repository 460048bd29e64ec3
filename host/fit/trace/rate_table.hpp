/// A table with one row a period: sums of requests and tokens, or rates.
#pragma once

#include "trace_rows.hpp"
#include "trace_summary.hpp"

namespace fleetcast {

/// Reads all rows of a table (Kind::bins or Kind::rates), in any order; rows of the same time are added up, missing ones are empty.
///
/// The period is the least distance of two rows; a single row of a table in minutes lasts a minute. Bins are as long as asked for, or as
/// the period where that is longer.
///
/// @param bin_seconds  whole seconds, a multiple of the period if longer
/// @throws Error bad_data: no rows, uneven times, …; usage: bin_seconds is no multiple of the period
TraceSummary summarize_table(TraceRows& rows, std::int64_t bin_seconds);

}  // namespace fleetcast
