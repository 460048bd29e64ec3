/// Options of those who tell of a run while it goes on.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "host/engine/plan.hpp"
#include "host/report/run_observer.hpp"
#include "sweep_options.hpp"

namespace fleetcast {

struct ObserverOptions {
  std::string log, status, metrics;  ///< files; empty: none

  void add_to(CLI::App& command);
  /// Refuses files that the sweep is made from, the output, and one file for two purposes.
  /// @throws Error usage
  void refuse_clashes(SweepOptions const& sweep, SweepConfig const& config, std::string const& output) const;
  /// The progress line and those that the options ask for.
  /// @throws Error cannot_create
  std::vector<std::unique_ptr<RunObserver>> observers(bool quiet) const;
};

/// Everything needed to repeat a run, for the log: command line, folder, build, environment, plan.
nlohmann::ordered_json start_fields(Plan const& plan, SweepOptions const& options);

}  // namespace fleetcast
