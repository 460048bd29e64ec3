/// The log of runs: JSON lines.
#pragma once

#include <chrono>
#include <string>

#include "host/io/append_file.hpp"
#include "interval_gate.hpp"
#include "run_observer.hpp"

namespace fleetcast {

/// Appends a line per event: `time` (UTC), `level`, `event`, `pid`, then the event's own fields. results/README.md lists them.
///
/// nlohmann's JSON and one write() a line are all it takes; a logging library would add formats and sinks of its own and still leave the JSON
/// and the whole lines to be made.
class RunLog final : public RunObserver {
 public:
  /// @param progress_interval  least time between two lines of progress
  /// @throws Error cannot_create
  explicit RunLog(std::string path, std::chrono::steady_clock::duration progress_interval = std::chrono::minutes(1));
  void notice(RunEvent const& event, RunFacts const& facts) override;

 private:
  std::string path_;
  AppendFile file_;
  IntervalGate progress_due_;
  bool warned_ = false;
};

}  // namespace fleetcast
