/// SIGINT and SIGTERM as a flag the runner looks at.
#pragma once

#include <atomic>
#include <string>

#include "host/config/error.hpp"

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
  /// The error that ends a program stopped by the signal.
  /// @param consequence  what became of the work: "nothing was written"
  Error stopped(std::string const& consequence) const;
};

}  // namespace fleetcast
