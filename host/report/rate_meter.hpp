/// How fast a run goes lately.
#pragma once

#include <deque>

namespace fleetcast {

/// Rates over the last minute, or over all there is where that is less: what other programs do to a machine shows, a single tile does not.
class RateMeter {
 public:
  /// Totals at a time, and rates as totals of one second.
  struct Totals {
    double seconds = 0, realizations = 0, requests = 0, steps = 0;
  };

  /// @param now  totals so far; seconds never decrease
  void add(Totals const& now);
  /// Zeros before any time has passed.
  Totals per_second() const;

 private:
  std::deque<Totals> past_;  ///< the window's start first, a second or more between two
  Totals now_;
};

}  // namespace fleetcast
