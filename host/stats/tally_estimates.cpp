#include "tally_estimates.hpp"

#include <limits>

namespace fleetcast {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr Estimate nothing{nan, nan, nan, nan};

}  // namespace

Estimator const& TallyEstimates::estimator(std::uint64_t realizations) {
  return estimators_.try_emplace(realizations, realizations, confidence_).first->second;
}

Estimate TallyEstimates::proportion(std::uint64_t count, std::uint64_t realizations) {
  auto const [at, is_new] = proportions_.try_emplace({realizations, count});
  if (is_new) at->second = estimator(realizations).proportion(count);
  return at->second;
}

Estimate TallyEstimates::cost_usd(std::uint64_t cell) {
  auto const& t = tallies_;
  if (t.valid[cell] == 0) return nothing;
  return estimator(t.realizations[cell]).mean(t.billed[cell], t.billed_square[cell], t.usd[cell]);
}

Estimate TallyEstimates::violated_share(std::uint64_t cell) {
  auto const& t = tallies_;
  if (t.valid[cell] == 0) return nothing;
  Estimator const& estimate = estimator(t.realizations[cell]);
  return estimate.share(estimate.mean(t.violated_ticks[cell], t.violated_ticks_square[cell], 1.0 / t.ledger_ticks),
                        Violations{t.violating[cell], t.violated_ticks[cell], t.violated_ticks_square[cell]});
}

Estimate TallyEstimates::violated_request_share(std::uint64_t cell) {
  auto const& t = tallies_;
  if (t.valid[cell] == 0) return nothing;
  Estimator const& estimate = estimator(t.realizations[cell]);
  Moments const violated{t.violated_requests[cell], t.violated_requests_square[cell], 0, 0};
  Moments const requests{t.requests[cell], t.requests_square[cell], 0, 0};
  return estimate.share(estimate.ratio(violated, requests, t.violated_requests_requests[cell], 1.0),
                        Violations{t.violating[cell], violated.sum, violated.square});
}

Estimate TallyEstimates::promised_share(std::uint64_t cell) {
  return tallies_.objective_per == ObjectivePer::requests ? violated_request_share(cell) : violated_share(cell);
}

Estimate TallyEstimates::objective_met(std::uint64_t cell) {
  return tallies_.valid[cell] == 0 ? nothing : proportion(tallies_.met[cell], tallies_.realizations[cell]);
}

Estimate TallyEstimates::objective_met_at(std::size_t level, std::uint64_t cell) {
  return tallies_.valid[cell] == 0 ? nothing : proportion(tallies_.met_at[level][cell], tallies_.realizations[cell]);
}

Estimate TallyEstimates::budget_burn(std::uint64_t cell) {
  Estimate const share = promised_share(cell);
  double const budget = 1.0 - tallies_.objective[cell];
  return {share.mean / budget, share.std_error / budget, share.low / budget, share.high / budget};
}

double mean_cost_usd(CellTallies const& tallies, std::uint64_t cell) {
  return tallies.usd[cell] * (static_cast<double>(tallies.billed[cell]) / static_cast<double>(tallies.realizations[cell]));
}

double mean_promised_share(CellTallies const& tallies, std::uint64_t cell) {
  if (tallies.objective_per == ObjectivePer::requests)
    return static_cast<double>(tallies.violated_requests[cell]) / static_cast<double>(tallies.requests[cell]);
  return static_cast<double>(tallies.violated_ticks[cell]) / (static_cast<double>(tallies.realizations[cell]) * tallies.ledger_ticks);
}

double share_of_realizations(CellTallies const& tallies, std::span<std::uint64_t const> counts, std::uint64_t cell) {
  return static_cast<double>(counts[cell]) / static_cast<double>(tallies.realizations[cell]);
}

}  // namespace fleetcast
