#include "baseline_difference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "centred_sums.hpp"
#include "decision_scope.hpp"

namespace fleetcast {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// A share of a cell: with the interval that rare ones need, and with Student's.
struct Share {
  Estimate estimate, student;

  /// How much further the upper end lies than Student's: what few violating realizations can't show.
  double upward_stretch() const { return student.std_error > 0.0 ? (estimate.high - estimate.mean) / (student.high - student.mean) : 1.0; }
};

Estimate difference_of_shares(Estimate const& student, Share const& x, Share const& y, double none_seen) {
  double const reach = student.std_error > 0.0 ? (student.high - student.mean) * std::max(x.upward_stretch(), y.upward_stretch()) : none_seen;
  return {student.mean, student.std_error, student.mean - reach, student.mean + reach};
}

/// One cell beside its baseline.
class Comparison {
 public:
  Comparison(CellTallies const& tallies, TallyEstimates& estimates, std::uint64_t cell)
      : t_(tallies), estimates_(estimates), estimate_(estimates.estimator(tallies.realizations[cell])), cell_(cell), base_(t_.baseline->cell[cell]) {}

  Estimate cost_usd() const {
    // the price of a replica may differ between both, by gpus_per_replica
    std::uint64_t const n = t_.realizations[cell_];
    auto const spread = [&](std::uint64_t of) {
      return t_.usd[of] * t_.usd[of] * centred_product(n, t_.billed[of], t_.billed[of], t_.billed_square[of]);
    };
    double const together = t_.usd[cell_] * t_.usd[base_] * centred_product(n, t_.billed[cell_], t_.billed[base_], t_.baseline->billed[cell_]);
    double const sum = spread(cell_) - 2.0 * together + spread(base_);
    return estimate_.around(mean_cost_usd(t_, cell_) - mean_cost_usd(t_, base_), sum / static_cast<double>(n) / static_cast<double>(n - 1));
  }

  Estimate violated_share() const {
    auto const ticks = [&](std::uint64_t of) { return Moments{t_.violated_ticks[of], t_.violated_ticks_square[of], 0, 0}; };
    double const per_tick = 1.0 / t_.ledger_ticks;
    auto const share = [&](std::uint64_t of) {
      return Share{estimates_.violated_share(of), estimate_.mean(ticks(of).sum, ticks(of).square, per_tick)};
    };
    Estimate const student = estimate_.difference(ticks(cell_), ticks(base_), t_.baseline->violated_ticks[cell_], per_tick);
    return difference_of_shares(student, share(cell_), share(base_), none_seen());
  }

  Estimate violated_request_share() const {
    Moments const requests{t_.requests[cell_], t_.requests_square[cell_], 0, 0};  // the same under both
    auto const violated = [&](std::uint64_t of) { return Moments{t_.violated_requests[of], t_.violated_requests_square[of], 0, 0}; };
    auto const with_requests = [&](std::uint64_t of) { return t_.violated_requests_requests[of]; };
    auto const share = [&](std::uint64_t of) {
      return Share{estimates_.violated_request_share(of), estimate_.ratio(violated(of), requests, with_requests(of), 1.0)};
    };
    Moments const x = violated(cell_), y = violated(base_);
    Moments const more{x.sum - y.sum, x.square - 2 * t_.baseline->violated_requests[cell_] + y.square, 0, 0};
    Estimate const student = estimate_.ratio(more, requests, with_requests(cell_) - with_requests(base_), 1.0);
    return difference_of_shares(student, share(cell_), share(base_), none_seen());
  }

 private:
  /// Upper end of a share where no realization has any.
  double none_seen() const { return estimate_.share({0, 0, 0, 0}, Violations{}).high; }

  CellTallies const& t_;
  TallyEstimates& estimates_;
  Estimator const& estimate_;
  std::uint64_t cell_, base_;
};

bool under_the_same_conditions(std::vector<Axis> const& axes, std::uint64_t a, std::uint64_t b) {
  for (std::size_t i = axes.size(); i-- > 0;) {
    std::uint64_t const size = axes[i].values.size();
    if (a % size != b % size && is_condition(axes[i])) return false;
    a /= size;
    b /= size;
  }
  return true;
}

}  // namespace

BaselineDifference difference_to_baseline(CellTallies const& t, TallyEstimates& estimates, std::uint64_t cell) {
  constexpr Estimate unknown{nan, nan, nan, nan}, none{0, 0, 0, 0};
  if (!t.baseline || t.valid[cell] == 0) return {unknown, unknown, unknown};
  std::uint64_t const base = t.baseline->cell[cell];
  if (t.valid[base] == 0 || t.realizations[base] != t.realizations[cell] || !under_the_same_conditions(t.axes, cell, base))
    return {unknown, unknown, unknown};
  if (cell == base) return {none, none, none};
  Comparison const compare(t, estimates, cell);
  return {compare.cost_usd(), compare.violated_share(), compare.violated_request_share()};
}

Estimate const& promised(BaselineDifference const& difference, CellTallies const& tallies) {
  return tallies.objective_per == ObjectivePer::requests ? difference.violated_request_share : difference.violated_share;
}

}  // namespace fleetcast
