/// Which column of a trace holds what: by common names, or as the user maps them.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "trace_clock.hpp"
#include "trace_summary.hpp"

namespace fleetcast {

/// What a column may hold.
enum class TraceRole { time, prompt, completion, requests, rate };
inline constexpr std::size_t trace_roles = 5;

/// As `--columns` and messages call it: "time", "prompt", …
char const* role_name(TraceRole role);

/// The columns of a trace that are read, and what their names say about units.
struct TraceColumns {
  TraceSummary::Kind kind = TraceSummary::Kind::requests;
  std::array<int, trace_roles> index{-1, -1, -1, -1, -1};                ///< into the header; -1: not read
  TraceOptions::TimeUnit time_unit = TraceOptions::TimeUnit::automatic;  ///< given, or told by the name; else automatic
  TimeUnitFrom time_unit_from = TimeUnitFrom::file;
  double rate_seconds = 0;  ///< a rate of 1 is one request in so many seconds (Kind::rates)

  int of(TraceRole role) const { return index[static_cast<std::size_t>(role)]; }
  bool has_tokens() const { return of(TraceRole::prompt) >= 0; }
};

/// Finds the columns.
///
/// Names are compared without case, blanks and punctuation, units at their end aside (`timestamp_ms`, `time (s)`). Known are, among others,
/// those of Azure's traces (`TIMESTAMP, ContextTokens, GeneratedTokens`), BurstGPT (`Timestamp, Request tokens, Response tokens`) and Mooncake
/// (`timestamp, input_length, output_length`, in milliseconds). A column of requests (`requests`) or of rates (`requests_per_minute`, `rps`)
/// makes the file a table.
///
/// @param path    for messages
/// @param header  names of columns or keys, in order
/// @throws Error bad_data: a column is missing (the message lists those there are); usage: a mapped column does not exist, --rate-unit missing
TraceColumns find_trace_columns(std::string const& path, std::vector<std::string> const& header, TraceOptions const& options);

}  // namespace fleetcast
