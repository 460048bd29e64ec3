#include "cost_difference.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "centred_sums.hpp"

namespace fleetcast {

namespace {

CostLine::Against against(CostLine const& line, double usd, Sum128 billed, Sum128 variable, Sum128 variable_square, Sum128 product) {
  CostLine::Against out{variable, variable_square, 0, line.std_error_usd};
  auto const n = static_cast<double>(line.realizations);
  double const spread = centred_product(line.realizations, variable, variable, variable_square);
  if (!(spread > 0.0)) return out;
  out.with_usd = usd * centred_product(line.realizations, billed, variable, product) / std::sqrt(spread * (n - 1.0) * n);
  double const rest = line.std_error_usd * line.std_error_usd - out.with_usd * out.with_usd;
  out.rest_usd = std::sqrt(std::max(0.0, rest));
  return out;
}

}  // namespace

CostLine cost_line(CellTallies const& t, std::uint64_t cell) {
  CostLine line;
  line.realizations = t.realizations[cell];
  auto const n = static_cast<double>(line.realizations);
  double const usd = t.usd[cell];
  line.mean_usd = usd * (static_cast<double>(t.billed[cell]) / n);
  line.std_error_usd = std::numeric_limits<double>::quiet_NaN();
  if (line.realizations < 2) return line;
  line.std_error_usd =
      usd * std::sqrt(std::max(0.0, centred_product(line.realizations, t.billed[cell], t.billed[cell], t.billed_square[cell])) / (n - 1.0) / n);
  line.work = against(line, usd, t.billed[cell], t.work[cell], t.work_square[cell], t.billed_work[cell]);
  line.reference = against(line, usd, t.billed[cell], t.reference[cell], t.reference_square[cell], t.billed_reference[cell]);
  return line;
}

double difference_std_error_usd(CostLine const& x, CostLine const& y) {
  double least = x.std_error_usd + y.std_error_usd;
  for (auto const member : {&CostLine::work, &CostLine::reference}) {
    auto const& a = x.*member;
    auto const& b = y.*member;
    if (x.realizations != y.realizations || a.sum != b.sum || a.square != b.square) continue;
    least = std::min(least, std::hypot(a.with_usd - b.with_usd, a.rest_usd + b.rest_usd));
  }
  return least;
}

double one_sided_t(std::uint64_t realizations, double tail) {
  constexpr std::uint64_t enough = 50;
  if (realizations < enough) return std::numeric_limits<double>::infinity();
  return boost::math::quantile(boost::math::complement(boost::math::students_t(static_cast<double>(realizations - 1)), tail));
}

}  // namespace fleetcast
