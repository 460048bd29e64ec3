#include "device_faults.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "host/config/error.hpp"
#include "host/io/process.hpp"

namespace fleetcast {

namespace {

constexpr char const* variable = "FLEETCAST_DEVICE_FAULTS";
constexpr char const* began_variable = "FLEETCAST_RUN_BEGAN";
constexpr int most_faults = 2;

}  // namespace

DeviceFaults DeviceFaults::from_environment() {
  char const* const text = std::getenv(variable);
  return DeviceFaults(text != nullptr ? text : "");
}

DeviceFaults::DeviceFaults(std::string const& text) {
  char const* const end = text.data() + text.size();
  for (char const* at = text.data(); at < end;) {
    int device = 0, count = 0;
    auto const number = std::from_chars(at, end, device);
    if (number.ec != std::errc() || number.ptr == end || *number.ptr != ':') return;
    auto const times = std::from_chars(number.ptr + 1, end, count);
    if (times.ec != std::errc() || count < 1) return;
    faults_[device] = count;
    at = times.ptr == end ? end : times.ptr + 1;
  }
}

bool DeviceFaults::is_given_up(int device) const {
  auto const found = faults_.find(device);
  return found != faults_.end() && found->second >= most_faults;
}

std::string DeviceFaults::text() const {
  std::vector<std::string> parts;
  for (auto const& [device, count] : faults_) parts.push_back(fmt::format("{}:{}", device, count));
  return fmt::format("{}", fmt::join(parts, ","));
}

std::chrono::steady_clock::time_point DeviceFaults::began(std::chrono::steady_clock::time_point now) {
  char const* const text = std::getenv(began_variable);
  std::chrono::steady_clock::rep ticks = 0;
  if (text == nullptr || std::getenv(variable) == nullptr) return now;
  char const* const end = text + std::strlen(text);
  auto const number = std::from_chars(text, end, ticks);
  std::chrono::steady_clock::time_point const began{std::chrono::steady_clock::duration(ticks)};
  return number.ec == std::errc() && number.ptr == end && began <= now ? began : now;
}

void DeviceFaults::restart(std::chrono::steady_clock::time_point began, Then then) const {
  std::vector<std::string> words = command_line();
  if (then == Then::goes_on) std::erase_if(words, [](std::string const& word) { return word == "--fresh" || word.starts_with("--fresh="); });
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  ::setenv(variable, text().c_str(), 1);
  ::setenv(began_variable, fmt::format("{}", began.time_since_epoch().count()).c_str(), 1);  // the clock goes on between processes
  ::execv("/proc/self/exe", pointers.data());
  throw Error(ExitCode::internal, fmt::format("a fresh process can't be started after a device failed: {}; run again to go on from the checkpoint",
                                              std::strerror(errno)));
}

}  // namespace fleetcast
