#include "control_variate.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "centred_sums.hpp"

namespace fleetcast {

ControlledCost cost_with_known_work(CellTallies const& t, double confidence, std::uint64_t cell) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  std::uint64_t const realizations = t.realizations[cell];
  if (t.valid[cell] == 0 || realizations < 3) return {{nan, nan, nan, nan}, nan};
  auto const n = static_cast<double>(realizations);
  double const usd = t.usd[cell];
  double const mean = static_cast<double>(t.billed[cell]) / n;
  double const spread = centred_product(realizations, t.billed[cell], t.billed[cell], t.billed_square[cell]);
  double const work_spread = centred_product(realizations, t.work[cell], t.work[cell], t.work_square[cell]);
  double const together = centred_product(realizations, t.billed[cell], t.work[cell], t.billed_work[cell]);
  double const slope = work_spread > 0.0 ? together / work_spread : 0.0;
  double const work_ahead = static_cast<double>(t.work[cell]) / n - t.expected_work[cell];

  double const residual = std::max(0.0, spread - slope * together) / (n - 2.0);
  double const leverage = work_spread > 0.0 ? work_ahead * work_ahead / work_spread : 0.0;
  double const controlled = usd * (mean - slope * work_ahead);
  double const error = usd * std::sqrt(residual * (1.0 / n + leverage));
  double const plain_error = usd * std::sqrt(spread / (n - 1.0) / n);
  double const factor = plain_error * plain_error / (error * error);
  if (realizations < fewest_for_intervals) return {{controlled, error, nan, nan}, factor};
  double const tail = 0.5 * (1.0 - confidence);
  double const quantile = boost::math::quantile(boost::math::complement(boost::math::students_t(n - 2.0), tail));
  return {{controlled, error, controlled - quantile * error, controlled + quantile * error}, factor};
}

}  // namespace fleetcast
