#include "baseline_difference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "centred_sums.hpp"

namespace fleetcast {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// The difference of two shares whose mean difference has the standard error `paired`.
Estimate difference_of_shares(Estimate const& x, Estimate const& y, double paired) {
  double const product = x.std_error * y.std_error;
  double const correlation =
      product > 0.0 ? std::clamp((x.std_error * x.std_error + y.std_error * y.std_error - paired * paired) / (2.0 * product), -1.0, 1.0) : 0.0;
  auto const reach = [&](double a, double b) { return std::sqrt(std::max(0.0, a * a + b * b - 2.0 * correlation * a * b)); };
  double const mean = x.mean - y.mean;
  return {mean, paired, mean - reach(x.mean - x.low, y.high - y.mean), mean + reach(x.high - x.mean, y.mean - y.low)};
}

}  // namespace

BaselineDifference difference_to_baseline(CellTallies const& t, TallyEstimates& estimates, std::uint64_t cell) {
  constexpr Estimate nothing{nan, nan, nan, nan};
  if (!t.baseline || t.valid[cell] == 0) return {nothing, nothing, nothing};
  std::uint64_t const base = t.baseline->cell[cell];
  std::uint64_t const n = t.realizations[cell];
  if (t.valid[base] == 0 || t.realizations[base] != n || n < 2) return {nothing, nothing, nothing};
  auto const per_mean = 1.0 / static_cast<double>(n) / static_cast<double>(n - 1);

  // prices may differ between both
  auto const spread = [&](std::uint64_t of) { return t.usd[of] * t.usd[of] * centred_product(n, t.billed[of], t.billed[of], t.billed_square[of]); };
  double const together = t.usd[cell] * t.usd[base] * centred_product(n, t.billed[cell], t.billed[base], t.baseline->billed[cell]);
  Estimator const& estimate = estimates.estimator(n);
  Estimate const cost = estimate.around(mean_cost_usd(t, cell) - mean_cost_usd(t, base), per_mean * (spread(cell) - 2.0 * together + spread(base)));

  auto const moments = [](auto const& sum, auto const& square, std::uint64_t of) { return Moments{sum[of], square[of], 0, 0}; };
  Estimate const ticks =
      estimate.difference(moments(t.violated_ticks, t.violated_ticks_square, cell), moments(t.violated_ticks, t.violated_ticks_square, base),
                          t.baseline->violated_ticks[cell], 1.0 / t.ledger_ticks);
  // both shares have the same requests below: the ratio of the differences to them
  Moments const more{t.violated_requests[cell] - t.violated_requests[base],
                     t.violated_requests_square[cell] - 2 * t.baseline->violated_requests[cell] + t.violated_requests_square[base], 0, 0};
  Estimate const requests = estimate.ratio(more, moments(t.requests, t.requests_square, cell),
                                           t.violated_requests_requests[cell] - t.violated_requests_requests[base], 1.0);
  return {cost, difference_of_shares(estimates.violated_share(cell), estimates.violated_share(base), ticks.std_error),
          difference_of_shares(estimates.violated_request_share(cell), estimates.violated_request_share(base), requests.std_error)};
}

}  // namespace fleetcast
