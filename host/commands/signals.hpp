/// SIGINT, SIGTERM and SIGUSR1 as a flag the runner looks at.
#pragma once

#include <csignal>

#include <array>
#include <atomic>
#include <string>

#include "host/config/error.hpp"

namespace fleetcast {

/// While it lives, the first SIGINT, SIGTERM or SIGUSR1 raises the flag, and the next of any of them ends the program at once; a terminal that hangs
/// up (SIGHUP) changes nothing. Afterwards all that is as it was before. From its beginning to the program's end a reader who goes away (SIGPIPE) is
/// a failed write, also of what is printed last. One at a time.
class SignalWatch {
 public:
  SignalWatch();
  ~SignalWatch();
  SignalWatch(SignalWatch const&) = delete;
  SignalWatch& operator=(SignalWatch const&) = delete;

  std::atomic<bool> const& raised() const;
  int signal_number() const;
  /// Keeps signals that come from now on for the next SignalWatch, also one of the program that takes this one's place.
  static void hold();
  /// The error that ends a program stopped by the signal: exit code 130, 143, or 75 for SIGUSR1.
  /// @param consequence  what became of the work: "nothing was written"
  Error stopped(std::string const& consequence) const;

 private:
  struct Kept {
    int signal;
    struct sigaction action;
  };
  std::array<Kept, 4> kept_;
};

}  // namespace fleetcast
