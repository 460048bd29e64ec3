#pragma once

#include <cstdint>

namespace fleetcast {

/// value / by rounded down, by > 0.
constexpr std::int64_t floor_divided(std::int64_t value, std::int64_t by) {
  std::int64_t const quotient = value / by;
  return quotient - (value % by < 0 ? 1 : 0);
}

}  // namespace fleetcast
