/// Progress on stderr: a bar with rate and ETA on a terminal, a plain line at intervals elsewhere.
#pragma once

#include <chrono>
#include <string>

#include "host/engine/run_state.hpp"
#include "host/engine/runner.hpp"
#include "terminal.hpp"

namespace fleetcast {

class ProgressLine {
 public:
  enum class Style { none, plain, bar };
  /// Bar on a terminal, plain lines elsewhere, nothing if quiet.
  explicit ProgressLine(bool quiet);
  ~ProgressLine();
  ProgressLine(ProgressLine const&) = delete;
  ProgressLine& operator=(ProgressLine const&) = delete;

  void show(Progress const& progress);
  /// @param share         of the work that is done
  /// @param seconds_left  that the rest will take
  /// @param rates         what is done a second, for people
  void show(double share, double seconds_left, std::string const& rates);

 private:
  Style style_;
  Colour colour_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace fleetcast
