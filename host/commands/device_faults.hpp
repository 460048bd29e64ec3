/// What a run remembers of devices that failed, from one process to the next.
#pragma once

#include <chrono>
#include <map>
#include <string>

namespace fleetcast {

/// A device that fails leaves a process in which it can't be used any more, so that a fresh one takes over: it goes on from the checkpoint, tries
/// the device once more, and then does without it. The environment tells the next process which devices failed.
class DeviceFaults {
 public:
  /// Of the processes before this one.
  static DeviceFaults from_environment();
  /// @param text  as text() gives it; what is no list of faults is none
  explicit DeviceFaults(std::string const& text);

  void add(int device) { ++faults_[device]; }
  bool has(int device) const { return faults_.contains(device); }
  /// Whether the device failed twice.
  bool is_given_up(int device) const;
  bool is_empty() const { return faults_.empty(); }
  /// "0:2,3:1": device 0 failed twice, device 3 once.
  std::string text() const;

  /// What a fresh process does: goes on from what is saved, so without --fresh, or does all again.
  enum class Then { goes_on, begins_anew };
  /// Becomes a fresh process of the same program with the same arguments that knows of these faults.
  /// @param began  the run, in the first of its processes
  /// @throws Error internal if that can't be done
  [[noreturn]] void restart(std::chrono::steady_clock::time_point began, Then then) const;

  /// When a run began that this process goes on with after a fault; `now` for any other.
  static std::chrono::steady_clock::time_point began(std::chrono::steady_clock::time_point now);

 private:
  std::map<int, int> faults_;
};

}  // namespace fleetcast
