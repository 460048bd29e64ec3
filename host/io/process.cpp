#include "process.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <iterator>
#include <sstream>

namespace fleetcast {

namespace {

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

struct ProcessStat {
  char state = '\0';  ///< 'Z': ended, and its parent has not asked yet how; '\0': can't be seen
  std::uint64_t start_ticks = 0;
};

/// Fields 3 and 22 of /proc/PID/stat; the second, the program's name in parentheses, may hold blanks.
ProcessStat stat_of(::pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string const text{std::istreambuf_iterator<char>(file), {}};
  std::istringstream fields(text.substr(std::min(text.size(), text.rfind(')') + 1)));
  ProcessStat stat;
  fields >> stat.state;
  std::string skipped;
  for (int field = 4; field < 22; ++field) fields >> skipped;
  fields >> stat.start_ticks;
  return stat;
}

}  // namespace

ProcessId this_process() { return {host_name(), ::getpid(), stat_of(::getpid()).start_ticks}; }

std::vector<std::string> command_line() {
  std::ifstream file("/proc/self/cmdline");
  std::vector<std::string> words;
  for (std::string word; std::getline(file, word, '\0');) words.push_back(word);
  return words;
}

Liveness liveness(ProcessId const& process) {
  if (process.host != host_name()) return Liveness::elsewhere;
  if (::kill(process.pid, 0) != 0 && errno == ESRCH) return Liveness::gone;
  ProcessStat const stat = stat_of(process.pid);
  if (stat.state == '\0') return Liveness::alive;  // another user's, on a system that hides it
  return stat.state != 'Z' && stat.start_ticks == process.start_ticks ? Liveness::alive : Liveness::gone;
}

}  // namespace fleetcast
