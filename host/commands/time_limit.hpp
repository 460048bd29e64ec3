/// --max-time: ends a run early enough for what it has done to be saved.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace fleetcast {

class TimeLimit {
 public:
  using Clock = std::chrono::steady_clock;

  /// @param start  of the program, since which the limit counts
  TimeLimit(Clock::time_point start, std::optional<std::chrono::duration<double>> limit) : start_(start), last_tile_(Clock::now()), limit_(limit) {}

  /// Notes that a tile is done.
  void tile_done() {
    auto const now = Clock::now();
    longest_tile_ = std::max(longest_tile_, std::chrono::duration<double>(now - last_tile_));
    last_tile_ = now;
  }
  /// Notes how long it took to save the state.
  void saved(double seconds) {
    longest_save_ = std::max(longest_save_, std::chrono::duration<double>(seconds));
    last_tile_ = Clock::now();  // which no tile waited for
  }

  /// Whether another tile might leave too little time to save: tiles and saves may take half as long again as the longest so far.
  bool is_near() const {
    return limit_ && std::chrono::duration<double>(Clock::now() - start_) + 1.5 * (longest_tile_ + longest_save_) + least_reserve >= *limit_;
  }

 private:
  static constexpr std::chrono::duration<double> least_reserve{0.25};
  Clock::time_point start_, last_tile_;
  std::optional<std::chrono::duration<double>> limit_;
  std::chrono::duration<double> longest_tile_{0}, longest_save_{0};
};

}  // namespace fleetcast
