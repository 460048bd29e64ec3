/// --max-time: ends a run early enough for what it has done to be saved.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace fleetcast {

class TimeLimit {
 public:
  using Clock = std::chrono::steady_clock;

  /// @param start  of the program, since which the limit counts
  TimeLimit(Clock::time_point start, std::optional<std::chrono::duration<double>> limit) : start_(start), limit_(limit) {}

  /// Notes that so many begin to take tiles, a tile each at a time.
  void begin(std::uint32_t workers) { begins_.assign(workers, Clock::now()); }
  /// Notes that a tile is done. Whose is not known: it is taken for the one that has gone on longest.
  void tile_done() {
    auto const now = Clock::now();
    longest_tile_ = std::max(longest_tile_, std::chrono::duration<double>(now - begins_.front()));
    std::rotate(begins_.begin(), begins_.begin() + 1, begins_.end());
    begins_.back() = now;
  }
  /// Notes how long it took to save the state.
  void saved(double seconds) {
    longest_save_ = std::max(longest_save_, std::chrono::duration<double>(seconds));
    std::fill(begins_.begin(), begins_.end(), Clock::now());  // no tile goes on meanwhile
  }

  /// Whether another tile might leave too little time to save: tiles and saves may take half as long again as the longest so far. Never before a
  /// tile is done, so that a run which is started again and again comes to its end, however short the limit.
  bool is_near() const {
    return limit_ && longest_tile_.count() > 0 &&
           std::chrono::duration<double>(Clock::now() - start_) + 1.5 * (longest_tile_ + longest_save_) + least_reserve >= *limit_;
  }

 private:
  static constexpr std::chrono::duration<double> least_reserve{0.25};
  Clock::time_point start_;
  std::vector<Clock::time_point> begins_;  ///< of the tiles that go on, the earliest first
  std::optional<std::chrono::duration<double>> limit_;
  std::chrono::duration<double> longest_tile_{0}, longest_save_{0};
};

}  // namespace fleetcast
