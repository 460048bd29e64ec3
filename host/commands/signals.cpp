#include "signals.hpp"

#include <fmt/format.h>

#include <csignal>

namespace fleetcast {

namespace {

// A signal handler can reach nothing but globals.
std::atomic<bool> flag{false};
std::atomic<int> number{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

extern "C" void raise_flag(int signal) {
  number = signal;
  flag = true;
}

void install(void (*handler)(int)) {
  for (int const signal : {SIGINT, SIGTERM}) {
    struct sigaction action {};
    action.sa_handler = handler;
    sigemptyset(&action.sa_mask);
    // the handler serves once: a second signal finds the default, which ends the program
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(signal, &action, nullptr);
  }
}

}  // namespace

SignalWatch::SignalWatch() {
  flag = false;
  install(raise_flag);
}
SignalWatch::~SignalWatch() { install(SIG_DFL); }

std::atomic<bool> const& SignalWatch::raised() const { return flag; }
int SignalWatch::signal_number() const { return number; }

Error SignalWatch::stopped(std::string const& consequence) const {
  bool const interrupted = number == SIGINT;
  return {interrupted ? ExitCode::interrupted : ExitCode::terminated,
          fmt::format("stopped by {}; {}", interrupted ? "SIGINT" : "SIGTERM", consequence)};
}

}  // namespace fleetcast
