#include "trace_summary.hpp"

#include <fmt/format.h>

#include <cmath>

#include "host/config/error.hpp"
#include "rate_table.hpp"
#include "request_log.hpp"
#include "trace_rows.hpp"

namespace fleetcast {

TraceSummary read_trace_summary(std::string const& path, TraceOptions const& options, double bin_seconds) {
  if (!(bin_seconds >= 1 && bin_seconds <= 86400) || bin_seconds != std::floor(bin_seconds))
    throw Error(ExitCode::usage, fmt::format("bins of {} s: must be whole seconds from 1 to 86400; use 60", bin_seconds));
  auto const seconds = static_cast<std::int64_t>(bin_seconds);
  auto const rows = open_trace(path, options);
  TraceSummary summary = rows->columns().kind == TraceSummary::Kind::requests ? summarize_requests(*rows, seconds) : summarize_table(*rows, seconds);
  summary.name = path;
  return summary;
}

}  // namespace fleetcast
