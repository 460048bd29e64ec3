/// Lets something through at most once per interval.
#pragma once

#include <chrono>
#include <optional>

namespace fleetcast {

class IntervalGate {
 public:
  using Clock = std::chrono::steady_clock;
  explicit IntervalGate(Clock::duration interval) : interval_(interval) {}

  /// True if nothing was let through yet or the interval has passed since; then it starts anew.
  bool opens(Clock::time_point now = Clock::now()) {
    if (last_ && now - *last_ < interval_) return false;
    last_ = now;
    return true;
  }
  /// Starts the interval anew.
  void restart(Clock::time_point now = Clock::now()) { last_ = now; }

 private:
  Clock::duration interval_;
  std::optional<Clock::time_point> last_;
};

}  // namespace fleetcast
