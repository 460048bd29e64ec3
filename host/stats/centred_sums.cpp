#include "centred_sums.hpp"

namespace fleetcast {

double centred_product(std::uint64_t n, Sum128 x, Sum128 y, Sum128 product) {
  auto const count = static_cast<Sum128>(n);
  Sum128 const x_mean = x / count;
  Sum128 const y_mean = y / count;
  Sum128 const around_whole = product - x_mean * y - y_mean * x + count * x_mean * y_mean;
  auto const x_rest = static_cast<double>(x - count * x_mean);
  auto const y_rest = static_cast<double>(y - count * y_mean);
  return static_cast<double>(around_whole) - x_rest * y_rest / static_cast<double>(n);
}

}  // namespace fleetcast
