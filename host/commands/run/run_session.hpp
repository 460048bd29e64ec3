/// One run of a plan: from what is there of it to a written result, or to a checkpoint.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "checkpoint_clock.hpp"
#include "host/commands/device_faults.hpp"
#include "host/commands/options/run_options.hpp"
#include "host/commands/signals.hpp"
#include "host/engine/audit.hpp"
#include "host/engine/crew.hpp"
#include "host/io/checkpoint.hpp"
#include "host/io/output_lock.hpp"
#include "host/io/result_file.hpp"
#include "host/report/run_reporter.hpp"
#include "host/stats/stop_rule.hpp"
#include "run_start.hpp"
#include "time_limit.hpp"

namespace fleetcast {

class RunSession {
 public:
  using Clock = std::chrono::steady_clock;

  /// Takes the lock of the output.
  /// @param start  of the program
  /// @throws Error cannot_create, bad_data (checkpoints that can't be used), usage
  RunSession(RunOptions const& options, Plan const& plan, std::string path, Clock::time_point start);

  /// @return the exit code
  /// @throws Error; what was done before is saved if it was stopped
  int run();

 private:
  /// What is written, and told afterwards.
  struct Written {
    RunState state;
    Provenance provenance;
    Hash128 digest;
  };
  Written work();
  /// Where it begins.
  RunStart begin();
  bool starts_anew() const { return options_.fresh || options_.raw; }
  /// False if it was stopped; the state is saved then.
  bool simulate(RunState& state, Crew& crew);
  void save(RunState& state);
  /// Saves it if that can be done, when the run is ending anyway.
  void keep(RunState const& state) noexcept;
  /// What ends the program after a stop.
  Error stopped(RunState const& state) const;
  /// Saves what is whole and goes on in a fresh process, where a device failed.
  [[noreturn]] void recover(DeviceFault const& fault, RunState& state);
  void tell_start(RunStart const& begun, Crew const& crew);
  void tell_audit(Audit const& audit);
  void warn(std::string const& message);
  /// Writes the result.
  Written finish(RunState state, Crew const& crew, RawLedgers const* raw);

  RunOptions const& options_;
  Plan const& plan_;
  std::optional<Part> part_;
  RealizationSpan wanted_;  ///< of each scenario: all, or the part's
  std::string path_;
  Clock::time_point start_;
  double plan_seconds_;
  double earlier_seconds_ = 0;     ///< spent by processes before this one
  double checkpoint_seconds_ = 0;  ///< spent on checkpoints by this one
  OutputLock lock_;
  CheckpointPair checkpoints_;
  RunReporter reporter_;
  CheckpointClock clock_;
  TimeLimit limit_;
  StopRule stop_rule_;
  SignalWatch watch_;
  std::optional<Audit> audit_;
};

}  // namespace fleetcast
