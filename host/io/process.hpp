/// Processes that other programs want to find again.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace fleetcast {

/// Enough to tell a process from a later one with the same number.
struct ProcessId {
  std::string host;
  ::pid_t pid = 0;
  std::uint64_t start_ticks = 0;  ///< of the system's clock, since the machine's start; 0 where the system does not tell

  bool operator==(ProcessId const&) const = default;
};

ProcessId this_process();

/// The words this process was started with, the program first.
std::vector<std::string> command_line();

enum class Liveness { alive, gone, elsewhere };

/// Whether a process still runs; elsewhere: it belongs to another host, so that can't be seen from here.
Liveness liveness(ProcessId const& process);

}  // namespace fleetcast
