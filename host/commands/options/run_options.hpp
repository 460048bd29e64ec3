/// The options of `run`.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <optional>
#include <string>

#include "host/engine/ranks/ranks.hpp"
#include "observer_options.hpp"
#include "part_options.hpp"
#include "sweep_options.hpp"

namespace fleetcast {

struct RunOptions {
  SweepOptions sweep;
  std::string output;
  bool dry_run = false;
  bool raw = false;
  bool refine = false;
  bool quiet = false;
  bool json = false;
  ObserverOptions observers;
  PartOptions part;

  // what becomes of a run that takes long
  std::string checkpoint_every = "60s";
  std::string max_time;  ///< "" without a limit
  bool fresh = false;
  std::string audit;  ///< "1%"; "" without

  Ranks* ranks = nullptr;  ///< those that a launcher started with this one; null: it is alone

  void add_to(CLI::App& command);

  /// -o, or results/NAME.h5 below the working directory, results/NAME.part-K-of-N.h5 of a part.
  /// @throws Error cannot_create
  std::string output_path(Plan const& plan) const;
  /// Which realizations go where, in words that tell this run from others of the same plan.
  std::string job() const;
  /// Refuses what does not go together with each other or with the plan.
  /// @throws Error usage
  void check(Plan const& plan) const;
  /// Zero: no checkpoint before the run is stopped.
  /// @throws Error usage
  std::chrono::duration<double> checkpoint_interval() const;
  /// @throws Error usage
  std::optional<std::chrono::duration<double>> time_limit() const;
  /// Of a scenario's sums, that the run keeps beside the whole.
  std::uint32_t copies_of_sums() const;
  /// Share of the realizations to compute again, in (0, 1]; none without --audit.
  /// @throws Error usage
  std::optional<double> audited_share() const;
};

}  // namespace fleetcast
