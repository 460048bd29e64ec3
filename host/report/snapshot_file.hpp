/// A file that always shows a run as it stands.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "interval_gate.hpp"
#include "run_observer.hpp"

namespace fleetcast {

/// Rewrites a file at the start, at the end and in between at most once per interval. Readers find the old text or the new one, never a part;
/// it is not synced to disk, which would hold up the run every second for a file that means nothing once the machine is down.
class SnapshotFile final : public RunObserver {
 public:
  using Render = std::function<std::string(RunFacts const&)>;

  /// @throws Error cannot_create
  SnapshotFile(std::string path, Render render, std::chrono::steady_clock::duration interval = std::chrono::seconds(1));
  void notice(RunEvent const& event, RunFacts const& facts) override;

 private:
  std::string path_;
  Render render_;
  IntervalGate due_;
  bool warned_ = false;
};

}  // namespace fleetcast
