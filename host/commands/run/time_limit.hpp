/// --max-time: ends a run early enough for what it has done to be saved.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>

namespace fleetcast {

/// Told of tiles and saves by one at a time; asked by any.
class TimeLimit {
 public:
  using Clock = std::chrono::steady_clock;
  using Seconds = std::chrono::duration<double>;

  /// @param start  of the program, since which the limit counts
  TimeLimit(Clock::time_point start, std::optional<Seconds> limit) : start_(start), limit_(limit) {}

  /// Notes that a worker was at a tile for so many seconds.
  void tile_done(double seconds, Clock::time_point now = Clock::now()) {
    longest_tile_ = std::max(longest_tile_.load(), seconds);
    last_tile_ = now;
  }
  /// Notes that the state has been saved: since the last tile, it was brought home from devices and other machines, and written.
  void saved(Clock::time_point now = Clock::now()) { longest_save_ = std::max(longest_save_.load(), Seconds(now - last_tile_).count()); }

  /// Whether another tile might leave too little time to save: tiles and saves may take half as long again as the longest so far. Never before a
  /// tile is done, so that a run which is started again and again comes to its end, however short the limit.
  bool is_near() const { return limit_ && longest_tile_ > 0 && elapsed() + Seconds(1.5 * (longest_tile_ + longest_save_)) + reserve() >= *limit_; }

  Seconds elapsed() const { return Clock::now() - start_; }
  /// Whether the limit has passed: a tile took longer than was left.
  bool is_over() const { return limit_ && elapsed() > *limit_; }

 private:
  /// For what nobody has seen yet, such as the first save: a hundredth of the limit, within reason.
  Seconds reserve() const { return std::clamp(*limit_ / 100, Seconds(0.25), Seconds(5)); }

  Clock::time_point start_, last_tile_ = Clock::now();
  std::optional<Seconds> limit_;
  std::atomic<double> longest_tile_ = 0, longest_save_ = 0;
};

}  // namespace fleetcast
