/// Notices ranks that keep everybody waiting.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <vector>

namespace fleetcast {

/// Knows when tiles were dealt and came back.
class StragglerWatch {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::duration<double>;
  static constexpr Duration patience{60.0};       ///< nobody is late before
  static constexpr double many_tiles = 10.0;      ///< nor before so many median tiles
  static constexpr std::size_t remembered = 256;  ///< tiles the median is of, the latest

  explicit StragglerWatch(std::uint32_t ranks) : out_(ranks), told_(ranks, 0) {}

  void dealt(std::uint32_t rank, Time now) { out_[rank].push_back(now); }
  /// The tiles that a rank has had for longest are done.
  void back(std::uint32_t rank, std::uint64_t tiles, Time now);
  /// A rank has nothing any more.
  void gone(std::uint32_t rank) { out_[rank].clear(); }

  struct Late {
    std::uint32_t rank;
    Duration waited, median;  ///< for its oldest tile; of all tiles that came back, 0 if none did
  };
  /// Ranks that have become late. Each is told once.
  std::vector<Late> late(Time now);

 private:
  Duration median() const;

  std::vector<std::deque<Time>> out_;  ///< [rank], oldest first
  std::vector<std::uint8_t> told_;     ///< [rank]
  std::deque<Duration> durations_;
};

}  // namespace fleetcast
