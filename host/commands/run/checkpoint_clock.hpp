/// When the next checkpoint is due.
#pragma once

#include <algorithm>
#include <chrono>

namespace fleetcast {

/// Every interval, and so seldom that saving takes a hundredth of the time at most.
class CheckpointClock {
 public:
  using Clock = std::chrono::steady_clock;
  using Seconds = std::chrono::duration<double>;

  /// @param interval  0: never
  explicit CheckpointClock(Seconds interval) : interval_(interval), last_(Clock::now()) {}

  bool is_due() const { return interval_.count() > 0 && Clock::now() - last_ >= std::max(interval_, least_ratio * cost_); }
  void saved(Seconds cost) {
    cost_ = cost;
    last_ = Clock::now();
  }

 private:
  static constexpr double least_ratio = 100;
  Seconds interval_, cost_{0};
  Clock::time_point last_;
};

}  // namespace fleetcast
