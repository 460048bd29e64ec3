/// Progress on stderr: a bar with rate and ETA on a terminal, a plain line at intervals elsewhere.
#pragma once

#include <chrono>
#include <string>

#include "run_observer.hpp"
#include "terminal.hpp"

namespace fleetcast {

/// Also one of those who tell of a run: progress as it comes, anything else clears the line for others to write.
class ProgressLine final : public RunObserver {
 public:
  enum class Style { none, plain, bar };
  /// Bar on a terminal, plain lines elsewhere, nothing if quiet.
  explicit ProgressLine(bool quiet);
  ~ProgressLine() override;
  ProgressLine(ProgressLine const&) = delete;
  ProgressLine& operator=(ProgressLine const&) = delete;

  void notice(RunEvent const& event, RunFacts const& facts) override;
  /// @param share         of the work that is done
  /// @param seconds_left  that the rest will take
  /// @param rates         what is done a second, for people
  void show(double share, double seconds_left, std::string const& rates);

 private:
  void clear();

  Style style_;
  Colour colour_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace fleetcast
