/// Options of every command that reads a trace.
#pragma once

#include <CLI/CLI.hpp>

#include "host/fit/trace/trace_summary.hpp"

namespace fleetcast {

/// Adds --columns, --format, --time-unit and --rate-unit.
void add_trace_options(CLI::App& command, TraceOptions& options);

/// For people, on stderr: how the trace was read, and every note on it.
void print_trace_notes(TraceSummary const& trace);

}  // namespace fleetcast
