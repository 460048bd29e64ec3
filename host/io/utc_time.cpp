#include "utc_time.hpp"

#include <fmt/chrono.h>

#include <cstdio>
#include <ctime>

namespace fleetcast {

std::string utc_text(std::chrono::system_clock::time_point time) {
  auto const milliseconds = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
  auto const seconds = std::chrono::floor<std::chrono::seconds>(milliseconds);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(static_cast<std::time_t>(seconds.count())), (milliseconds - seconds).count());
}

std::optional<std::chrono::system_clock::time_point> parse_utc(std::string const& text) {
  std::tm date{};
  char const* const rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &date);
  int milliseconds = 0;
  int used = 0;
  if (rest == nullptr || std::sscanf(rest, ".%3dZ%n", &milliseconds, &used) != 1 || used != 5 || rest[used] != '\0') return std::nullopt;
  return std::chrono::system_clock::from_time_t(::timegm(&date)) + std::chrono::milliseconds(milliseconds);
}

}  // namespace fleetcast
