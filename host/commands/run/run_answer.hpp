/// What `run` says once its result is written.
#pragma once

#include <string>

#include "host/commands/options/run_options.hpp"
#include "host/commands/signals.hpp"
#include "host/engine/audit.hpp"
#include "host/engine/run_state.hpp"
#include "host/io/result_file.hpp"
#include "host/report/look_report.hpp"

namespace fleetcast {

/// A run that is done.
struct FinishedRun {
  RunOptions const& options;
  Plan const& plan;
  RunState const& state;
  Provenance const& provenance;
  Hash128 digest;
  std::string const& path;
  LookReport const& looks;
  Audit const* audit;  ///< null without
};

/// Prints the answer as a table, or as JSON, of a part alone how it went; with --refine after running the settings it names once more.
/// @return the exit code
/// @throws Error if that was stopped
int show_answer(FinishedRun const& run, SignalWatch const& watch);

}  // namespace fleetcast
