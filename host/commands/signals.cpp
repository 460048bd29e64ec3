#include "signals.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fleetcast {

namespace {

/// A signal that asks a run to stop.
struct StopSignal {
  int number;
  char const* name;
  ExitCode code;
};
constexpr StopSignal stop_signals[] = {
    {SIGINT, "SIGINT", ExitCode::interrupted}, {SIGTERM, "SIGTERM", ExitCode::terminated}, {SIGUSR1, "SIGUSR1", ExitCode::stopped_early}};

// A signal handler can reach nothing but globals.
std::atomic<bool> flag{false};
std::atomic<int> number{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

sigset_t stop_signal_set() {
  sigset_t set;
  sigemptyset(&set);
  for (auto const& signal : stop_signals) sigaddset(&set, signal.number);
  return set;
}

struct sigaction action_of(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_mask = stop_signal_set();  // none comes while another is handled
  return action;
}

extern "C" void raise_flag(int signal) {
  // whatever comes next finds the default, which ends the program
  struct sigaction const by_default = action_of(SIG_DFL);
  for (auto const& other : stop_signals) sigaction(other.number, &by_default, nullptr);
  number = signal;
  flag = true;
}

}  // namespace

SignalWatch::SignalWatch() : kept_{{{SIGINT, {}}, {SIGTERM, {}}, {SIGUSR1, {}}, {SIGHUP, {}}}} {
  flag = false;
  std::signal(SIGPIPE, SIG_IGN);
  for (auto& [signal, before] : kept_) {
    bool const stops =
        std::any_of(std::begin(stop_signals), std::end(stop_signals), [s = signal](StopSignal const& stop) { return stop.number == s; });
    struct sigaction const action = action_of(stops ? raise_flag : SIG_IGN);
    sigaction(signal, &action, &before);
  }
  sigset_t const held = stop_signal_set();
  pthread_sigmask(SIG_UNBLOCK, &held, nullptr);
}

void SignalWatch::hold() {
  sigset_t const held = stop_signal_set();
  pthread_sigmask(SIG_BLOCK, &held, nullptr);
}

SignalWatch::~SignalWatch() {
  for (auto const& [signal, before] : kept_) sigaction(signal, &before, nullptr);
}

std::atomic<bool> const& SignalWatch::raised() const { return flag; }
int SignalWatch::signal_number() const { return number; }

Error SignalWatch::stopped(std::string const& consequence) const {
  auto const& by = *std::find_if(std::begin(stop_signals), std::end(stop_signals), [](StopSignal const& s) { return s.number == number; });
  return {by.code, fmt::format("stopped by {}; {}", by.name, consequence)};
}

}  // namespace fleetcast
