/// A trace read: requests and tokens summed in bins, a sample of single requests, and what was odd about the file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fleetcast {

/// Longest prompt or completion a trace or a length law may hold, in tokens.
inline constexpr std::uint32_t longest_tokens = 1048576;

/// One row of a trace kept for its lengths.
struct SampledRequest {
  std::uint32_t bin;                ///< index into TraceSummary::requests
  std::uint32_t prompt_tokens;      ///< 0 to longest_tokens
  std::uint32_t completion_tokens;  ///< 0 to longest_tokens
};

/// What was odd in a trace and how often: reported, never swallowed.
struct TraceNote {
  std::string what;             ///< "rows with 0 prompt tokens (kept)", …
  std::uint64_t count = 0;      ///< how many
  std::uint64_t first_row = 0;  ///< line of the first, the header being line 1; 0 where it is no single row's
};

/// A trace boiled down to what fitting and replaying need. Memory does not grow with the number of requests.
struct TraceSummary {
  enum class Kind {
    requests,  ///< one row a request
    bins,      ///< one row a minute or another period: requests and, where the file has them, token sums
    rates,     ///< one row a period: a rate of requests alone
  };

  std::string name;     ///< the file
  std::string reading;  ///< how it was read, for people: "CSV; time = TIMESTAMP (dates), prompt = ContextTokens, …"
  Kind kind = Kind::requests;
  double bin_seconds = 60;                         ///< as asked for, or the table's own period where that is longer
  std::optional<std::int64_t> start_unix_seconds;  ///< of the first bin as the file's own clock shows it (no time-zone shift), where times are dates
  std::int64_t first_bin = 0;                ///< number of the first bin by the file's own clock, bin 0 starting at its 0; 0 where times are dates
  std::vector<double> requests;              ///< per bin; whole numbers except for rates
  std::vector<std::uint64_t> prompt_tokens;  ///< per bin; empty where the trace has no tokens
  std::vector<std::uint64_t> completion_tokens;  ///< per bin; empty where the trace has no tokens
  std::size_t whole_begin = 0;                   ///< bins [whole_begin, whole_end) lie within the record from end to end;
  std::size_t whole_end = 0;                     ///< as a rule the last bin of a request log does not
  std::vector<SampledRequest> sample;            ///< every sample_every-th request in file order, at most 2^20; Kind::requests alone
  std::uint64_t sample_every = 1;                ///< a power of two
  std::uint64_t rows = 0;                        ///< requests read (Kind::requests) or table rows
  double duration_seconds = 0;                   ///< first to last arrival, or bins times their length
  std::vector<TraceNote> notes;
};

/// How a trace is to be read; what is left open is found out from the file.
struct TraceOptions {
  enum class Format { automatic, csv, json_lines } format = Format::automatic;
  enum class TimeUnit { automatic, seconds, milliseconds, microseconds, nanoseconds, minutes } time_unit = TimeUnit::automatic;
  enum class RateUnit { automatic, per_second, per_minute, per_hour } rate_unit = RateUnit::automatic;
  /// Names of columns (keys of JSON lines); empty: found by common names.
  struct Columns {
    std::string time, prompt, completion, requests, rate;
  } columns;
};

/// Reads a request log (CSV or JSON lines), a table of bins or a table of rates; plain or gzip; a file or a pipe.
///
/// A date's zone counts for order and distance; the clock shown is the first row's. Times are exact to a nanosecond.
///
/// @param bin_seconds  whole seconds, 1 to 86400; bins of a log start at the whole second of its first row, or at 0 where times are
///                     counted from 0
/// @throws Error no_input; bad_data (file:row: column …: what, why; what to do); usage (bin_seconds; options that contradict the file)
TraceSummary read_trace_summary(std::string const& path, TraceOptions const& options, double bin_seconds);

}  // namespace fleetcast
