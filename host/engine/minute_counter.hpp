/// Requests and tokens by minute.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "request_stream.hpp"

namespace fleetcast {

/// What comes in within a minute of the clock.
struct MinuteTotals {
  std::int64_t minute;  ///< from the ledger's start; negative in the warm-up
  std::uint64_t requests = 0;
  std::uint64_t prompt_tokens = 0;
  std::uint64_t completion_tokens = 0;
  std::uint64_t peak_requests_per_second = 0;  ///< most requests in one of the minute's 60 whole seconds
};

/// Adds up requests by the minute and second their time falls in, whatever the ticks.
class MinuteCounter {
 public:
  /// @param first  minute of the warm-up's start
  /// @param end    minute after the last
  MinuteCounter(std::int64_t first, std::int64_t end) : end_(end), now_{first} {}

  /// Counts requests in order of time; `emit(MinuteTotals)` is called for every minute that ends before them.
  template <class Emit>
  void count(std::span<Request const> requests, Emit emit) {
    for (Request const& request : requests) {
      while (request.time_us >= (now_.minute + 1) * minute_us) next_minute(emit);
      if (request.time_us >= second_end_us_) {
        second_end_us_ = request.time_us - (request.time_us - now_.minute * minute_us) % second_us + second_us;
        in_second_ = 0;
      }
      ++now_.requests;
      now_.prompt_tokens += request.prompt_tokens;
      now_.completion_tokens += request.completion_tokens;
      now_.peak_requests_per_second = std::max(now_.peak_requests_per_second, ++in_second_);
    }
  }

  /// Ends all minutes that are left.
  template <class Emit>
  void finish(Emit emit) {
    while (now_.minute < end_) next_minute(emit);
  }

 private:
  static constexpr std::int64_t second_us = 1'000'000;
  static constexpr std::int64_t minute_us = 60 * second_us;

  template <class Emit>
  void next_minute(Emit& emit) {
    emit(static_cast<MinuteTotals const&>(now_));
    now_ = {now_.minute + 1};
  }

  std::int64_t end_;
  MinuteTotals now_;
  std::int64_t second_end_us_ = INT64_MIN;
  std::uint64_t in_second_ = 0;
};

}  // namespace fleetcast
