/// SIGINT and SIGTERM as a flag the runner looks at.
#pragma once

#include <atomic>

namespace fleetcast {

/// While it lives, the first SIGINT or SIGTERM raises the flag; the second ends the program at once.
class SignalWatch {
 public:
  SignalWatch();
  ~SignalWatch();
  SignalWatch(SignalWatch const&) = delete;
  SignalWatch& operator=(SignalWatch const&) = delete;

  std::atomic<bool> const& raised() const;
  int signal_number() const;
};

}  // namespace fleetcast
