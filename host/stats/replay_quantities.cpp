#include "replay_quantities.hpp"

#include <limits>

#include "cuda/model/accumulate.cuh"

namespace fleetcast {

double ReplayJudge::of(Quantity quantity) const {
  auto const entry = [&](Entry e) { return static_cast<double>(ledger.at(e)); };
  auto const ratio = [](double top, double bottom) { return bottom > 0.0 ? top / bottom : std::numeric_limits<double>::quiet_NaN(); };
  double const usd = policy.usd_per_replica_tick;
  double const billed = entry(Entry::billed_replica_ticks);
  auto const reference = static_cast<double>(ledger.reference_replica_ticks);
  auto const requests = static_cast<double>(ledger.totals.requests);
  double const tokens = static_cast<double>(ledger.totals.prompt_tokens) + static_cast<double>(ledger.totals.completion_tokens);

  switch (quantity) {
    case Quantity::cost_usd: return billed * usd;
    case Quantity::violated_share: return entry(Entry::violated_ticks) / ledger_ticks;
    case Quantity::violated_request_share: return ratio(entry(Entry::violated_requests), requests);
    case Quantity::mean_replicas: return billed / ledger_ticks;
    case Quantity::peak_replicas: return entry(Entry::peak_replicas);
    case Quantity::mean_utilization: return ratio(0.001 * entry(Entry::served_replica_ms), billed * plan.tick_seconds);
    case Quantity::ticks_at_max: return entry(Entry::ticks_at_max);
    case Quantity::longest_violation_minutes: return entry(Entry::longest_violated_ticks) * plan.tick_seconds / 60.0;
    case Quantity::scale_ups: return entry(Entry::scale_ups);
    case Quantity::scale_downs: return entry(Entry::scale_downs);
    case Quantity::shed_share: return ratio(entry(Entry::shed_replica_ms), static_cast<double>(ledger.work_ms));
    case Quantity::reference_cost_usd: return reference * usd;
    case Quantity::regret_usd: return (billed - reference) * usd;
    case Quantity::cost_over_reference: return ratio(billed, reference);
    case Quantity::usd_per_million_tokens: return ratio(1e6 * billed * usd, tokens);
    case Quantity::count: break;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

bool ReplayJudge::objective_met() const {
  std::uint64_t const allowed_ppb = plan.table.violations_allowed_ppb[policy.slot];
  return plan.objective_per == ObjectivePer::requests ? meets_objective(ledger.at(Entry::violated_requests), ledger.totals.requests, allowed_ppb)
                                                      : meets_objective(ledger.at(Entry::violated_ticks), ledger_ticks, allowed_ppb);
}

}  // namespace fleetcast
