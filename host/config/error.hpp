/// What goes wrong and what the shell is told. Only main turns an Error into text and an exit code.
#pragma once

#include <stdexcept>
#include <string>

namespace fleetcast {

/// Exit codes of the command line (sysexits.h where it has one).
enum class ExitCode : int {
  done = 0,
  usage = 64,
  bad_data = 65,
  no_input = 66,
  no_device = 69,
  internal = 70,
  cannot_create = 73,
  io = 74,
  stopped_early = 75,
  bad_config = 78,
  interrupted = 130,
  terminated = 143,
};

/// A problem a person can do something about: "place: problem (why); suggestion".
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, std::string const& message) : std::runtime_error(message), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

}  // namespace fleetcast
