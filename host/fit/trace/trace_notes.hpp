/// Counting what is odd in a trace.
#pragma once

#include <string>

#include "trace_summary.hpp"

namespace fleetcast {

/// Rows with one oddity: how many, and where the first is.
struct OddRows {
  std::uint64_t count = 0;
  std::uint64_t first_row = 0;

  void add(std::uint64_t row) {
    if (count++ == 0) first_row = row;
  }
};

/// Appends a note if there was such a row.
void note(std::vector<TraceNote>& notes, OddRows const& rows, std::string what);

/// "2.5 min": a length of time for people, in the largest unit that gives at least 1.
std::string time_span(double seconds);

/// Appends a note on stretches of empty bins of 10 minutes or more, and of 100 times the mean gap between requests or more: a service
/// that sleeps, or a log with holes. Bins that are empty at either end count too.
void note_gaps(TraceSummary& summary);

}  // namespace fleetcast
