/// Time as whole nanoseconds.
#pragma once

#include <cstdint>

namespace fleetcast {

inline constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;

constexpr double seconds_of(std::int64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e9; }

/// value / by rounded down, by > 0.
constexpr std::int64_t floor_divided(std::int64_t value, std::int64_t by) {
  std::int64_t const quotient = value / by;
  return quotient - (value % by < 0 ? 1 : 0);
}

}  // namespace fleetcast
