#include "best_so_far.hpp"

#include <cmath>
#include <map>
#include <optional>

#include "host/stats/cell_tallies.hpp"
#include "host/stats/critical_counts.hpp"
#include "host/stats/decision_scope.hpp"
#include "host/stats/estimate.hpp"
#include "setting_text.hpp"

namespace fleetcast {

namespace {

/// Reads the few sums it needs where they are: a run of a million cells is asked every minute.
class BestFinder {
 public:
  BestFinder(Plan const& plan, SweepSums const& sums, std::span<std::uint8_t const> left)
      : plan_(plan),
        sums_(sums),
        left_(left),
        confidence_(sums.look_confidence(plan.config.sweep.confidence)),
        level_((1.0 - confidence_) / static_cast<double>(plan.valid_cells())) {}

  std::optional<std::uint64_t> among(std::span<std::uint64_t const> cells) {
    std::optional<std::uint64_t> best;
    double least_usd = 0;
    for (std::uint64_t const cell : cells) {
      if (!plan_.is_valid(cell) || (!left_.empty() && left_[cell] != 0) || !surely_keeps(cell)) continue;
      double const usd = cost(cell).mean;
      if (best && usd >= least_usd) continue;
      best = cell;
      least_usd = usd;
    }
    return best;
  }

  Estimate cost(std::uint64_t cell) {
    PolicyInfo const& policy = plan_.policies[plan_.policy_of(cell)];
    CellSums const& sums = sums_of(cell);
    std::uint64_t const n = sums.realizations(policy.slot);
    return estimators_.try_emplace(n, n, confidence_)
        .first->second.mean(sums.sum(Entry::billed_replica_ticks, policy.slot), sums.square(Entry::billed_replica_ticks, policy.slot),
                            policy.usd_per_replica_tick);
  }

 private:
  CellSums const& sums_of(std::uint64_t cell) const { return sums_.cells[plan_.scenario_of(cell)]; }

  bool surely_keeps(std::uint64_t cell) {
    std::uint32_t const slot = plan_.policies[plan_.policy_of(cell)].slot;
    std::uint64_t const n = sums_of(cell).realizations(slot);
    if (n == 0) return false;
    auto const [at, is_new] = needed_.try_emplace(n);
    if (is_new) at->second = surely_feasible_from(n, plan_.config.sla.reliability, level_);
    return sums_of(cell).objective_met(slot) >= at->second;
  }

  Plan const& plan_;
  SweepSums const& sums_;
  std::span<std::uint8_t const> left_;
  double confidence_, level_;
  std::map<std::uint64_t, std::uint64_t> needed_;  ///< by realizations: how many must meet the objective
  std::map<std::uint64_t, Estimator> estimators_;  ///< by realizations
};

}  // namespace

std::vector<BestSetting> best_so_far(Plan const& plan, SweepSums const& sums, std::span<std::uint8_t const> left) {
  BestFinder finder(plan, sums, left);
  DecisionScope const scope(plan.axes);
  auto const choices = scope.open_choices(plan.axes);
  auto const conditions = scope.open_conditions(plan.axes);
  std::vector<BestSetting> best;
  for (auto const& condition : scope.by_condition(plan.axes)) {
    auto const cell = finder.among(condition.cells);
    if (!cell) continue;
    Estimate const cost = finder.cost(*cell);
    auto const if_known = [](double usd) { return std::isnan(usd) ? std::nullopt : std::optional(usd); };
    best.push_back({conditions.empty() ? "" : setting_text(plan.axes, conditions, *cell), setting_text(plan.axes, choices, *cell),
                    settings_json(plan.axes, *cell), cost.mean, if_known(cost.low), if_known(cost.high), period_name(plan.config.sweep)});
  }
  return best;
}

}  // namespace fleetcast
