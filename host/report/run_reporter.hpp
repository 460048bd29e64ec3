/// Keeps the facts of a run and tells its observers of them.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "host/config/error.hpp"
#include "host/engine/run_state.hpp"
#include "rate_meter.hpp"
#include "run_observer.hpp"

namespace fleetcast {

/// The one place that a run reports to. May be called from several threads; observers are called one at a time.
class RunReporter {
 public:
  /// @param facts  what is known beforehand: sweep, plan hash, output, looks planned
  RunReporter(RunFacts facts, std::vector<std::unique_ptr<RunObserver>> observers);

  /// The run has its output for itself, and finds out where it begins.
  void prepare();
  /// @param fields  for the log: everything needed to repeat the run
  void start(std::string const& backend, std::string const& device, nlohmann::ordered_json fields);
  /// The run goes on from a checkpoint or a result.
  void resumed(std::string const& from, Effort const& earlier, std::uint64_t looks_taken);
  void progress(Progress const& progress);
  void best(std::vector<BestSetting> best);
  /// @param look  what the look found, for the log
  void look(nlohmann::ordered_json look);
  void checkpoint(CheckpointFacts const& written);
  void warning(std::string const& message);
  void fault(std::string const& message);
  /// Realizations were computed again, and agreed.
  /// @param realizations  of this process, so far
  void audited(std::uint64_t realizations);
  /// @param reason  why the run ended: "all realizations done"
  void result(std::string const& digest, std::string const& reason, Effort const& done, double write_seconds);

  /// Runs the body and tells how it ended: done, stopped or failed. What it throws is thrown on.
  void guard(std::function<void()> const& body);

 private:
  void take(Effort const& done);
  void take(Progress const& progress);
  void tell(RunEvent const& event);
  /// The whole run's totals and rates.
  nlohmann::ordered_json done_fields() const;
  void end(RunPhase phase, ExitCode code, std::string const& message);

  std::mutex mutex_;
  std::vector<std::unique_ptr<RunObserver>> observers_;
  RunFacts facts_;
  RateMeter rates_;
};

}  // namespace fleetcast
