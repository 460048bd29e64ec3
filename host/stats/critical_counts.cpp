#include "critical_counts.hpp"

#include <boost/math/special_functions/beta.hpp>
#include <cmath>

namespace fleetcast {

std::uint64_t surely_feasible_from(std::uint64_t n, double p, double level) {
  std::uint64_t low = 1, high = n + 1;
  while (low < high) {
    std::uint64_t const count = low + (high - low) / 2;
    bool const proves = boost::math::ibeta(static_cast<double>(count), static_cast<double>(n - count + 1), p) <= level;
    (proves ? high : low) = proves ? count : count + 1;
  }
  return low;
}

std::uint64_t surely_infeasible_below(std::uint64_t n, double p, double level) {
  std::uint64_t low = 0, high = n;
  while (low < high) {
    std::uint64_t const count = low + (high - low) / 2;
    bool const proves = boost::math::ibetac(static_cast<double>(count + 1), static_cast<double>(n - count), p) <= level;
    (proves ? low : high) = proves ? count + 1 : count;
  }
  return low;
}

std::uint64_t realizations_to_prove(double p, double level) { return static_cast<std::uint64_t>(std::ceil(std::log(level) / std::log(p))); }

}  // namespace fleetcast
