/// A trace: one row a request, with its arrival time and its prompt and completion lengths.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trace_summary.hpp"  // longest_tokens

namespace fleetcast {

/// Requests in order of arrival; the three vectors have one entry a request.
struct Trace {
  std::string name;                              ///< the file, for messages
  std::vector<double> seconds;                   ///< since the first request, ascending from 0
  std::vector<std::uint32_t> prompt_tokens;      ///< 0 to longest_tokens
  std::vector<std::uint32_t> completion_tokens;  ///< 0 to longest_tokens

  std::size_t requests() const { return seconds.size(); }
  /// From the first to the last request.
  double duration_seconds() const { return seconds.empty() ? 0.0 : seconds.back(); }
};

/// Reads a per-request CSV. Columns are found by common names, case does not count: `TIMESTAMP, ContextTokens,
/// GeneratedTokens` (Azure), `arrival_time, prompt_tokens, completion_tokens`, `time_s, input_tokens, output_tokens`, …;
/// other columns are ignored.
///
/// A time is a date and time of day (`2023-11-16 18:15:46.6805900`, with `T` for the space, `Z` or `+01:00` behind, any
/// number of fraction digits) or a plain number of seconds, not negative; the first row says which for all.
///
/// @throws Error no_input; bad_data naming file, row and column: a column missing, a field malformed, times not in
///         order, fewer than 2 requests
Trace read_trace(std::string const& path);

}  // namespace fleetcast
