#include "quantities.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>

#include "histogram_estimates.hpp"

namespace fleetcast {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

constexpr std::array<char const*, fixed_entries> entry_names{
    "billed_replica_ticks", "violated_ticks", "violated_requests",      "scale_ups",       "scale_downs",
    "peak_replicas",        "ticks_at_max",   "longest_violated_ticks", "shed_replica_ms", "served_replica_ms"};

constexpr std::array<QuantityInfo, quantity_count> infos{{
    {"cost_usd", "USD", "cost of a realization", true, true},
    {"violated_share", "1", "share of ledger ticks that break the promise", true, true},
    {"violated_request_share", "1", "share of requests that arrive in ticks that break the promise", false, false},
    {"mean_replicas", "1", "billed replicas, averaged over a realization", true, true},
    {"peak_replicas", "1", "most replicas wanted at once", true, false},
    {"mean_utilization", "1", "work served as a share of the capacity billed", false, false},
    {"ticks_at_max", "1", "ticks with all replicas wanted", true, false},
    {"longest_violation_minutes", "min", "longest run of ticks that break the promise", true, false},
    {"scale_ups", "1", "scale-up decisions", true, false},
    {"scale_downs", "1", "scale-down decisions", true, false},
    {"shed_share", "1", "share of the work that is shed", false, false},
    {"reference_cost_usd", "USD", "cost of the perfect-foresight reference", true, false},
    {"regret_usd", "USD", "cost beyond the perfect-foresight reference", true, false},
    {"cost_over_reference", "1", "cost as a multiple of the perfect-foresight reference", false, false},
    {"usd_per_million_tokens", "USD", "cost per million prompt and completion tokens", false, false},
}};

}  // namespace

std::string entry_name(std::uint32_t entry) {
  return entry < fixed_entries ? entry_names[entry] : fmt::format("ticks_above_{}", entry - fixed_entries);
}

QuantityInfo const& describe(Quantity quantity) { return infos[static_cast<std::size_t>(quantity)]; }

CellStatistics::CellStatistics(Plan const& plan, SweepSums const& sums) : plan_(plan), sums_(sums) {
  for (auto const& cells : sums.cells)
    for (std::uint32_t slot = 0; slot < plan.table.slots; ++slot)
      if (cells.realizations(slot) > 0)
        estimators_.try_emplace(cells.realizations(slot), cells.realizations(slot), sums.look_confidence(plan.config.sweep.confidence));
}

CellStatistics::Place CellStatistics::place(std::uint64_t cell) const {
  std::uint32_t const scenario = plan_.scenario_of(cell);
  PolicyInfo const& policy = plan_.policies[plan_.policy_of(cell)];
  CellSums const& cell_sums = sums_.cells[scenario];
  std::uint64_t const realizations = cell_sums.realizations(policy.slot);
  return {cell_sums, sums_.scenario_of(scenario, realizations), policy, policy.slot, estimators_.at(realizations)};
}

Moments CellStatistics::moments(Place const& at, Entry entry) const { return {at.cell.sum(entry, at.slot), at.cell.square(entry, at.slot), 0, 0}; }

Violations CellStatistics::violations(Place const& at, Entry entry) const {
  return {at.cell.violating(at.slot), at.cell.sum(entry, at.slot), at.cell.square(entry, at.slot)};
}

Estimate CellStatistics::estimate(Quantity quantity, Place const& at) const {
  double const usd = at.policy.usd_per_replica_tick;
  double const per_tick = 1.0 / plan_.ledger_ticks;
  auto const simple = [&](Entry entry, double scale) { return at.estimate.mean(at.cell.sum(entry, at.slot), at.cell.square(entry, at.slot), scale); };
  auto const ratio = [&](Entry top, Moments const& bottom, Product product, double scale) {
    return at.estimate.ratio(moments(at, top), bottom, at.cell.product(product, at.slot), scale);
  };
  Moments const& reference = at.scenario.reference[plan_.table.reference[at.slot]];
  Moments const billed = moments(at, Entry::billed_replica_ticks);

  switch (quantity) {
    case Quantity::cost_usd: return simple(Entry::billed_replica_ticks, usd);
    case Quantity::violated_share: return at.estimate.share(simple(Entry::violated_ticks, per_tick), violations(at, Entry::violated_ticks));
    case Quantity::violated_request_share:
      return at.estimate.share(ratio(Entry::violated_requests, at.scenario.requests, Product::violated_requests_requests, 1.0),
                               violations(at, Entry::violated_requests));
    case Quantity::mean_replicas: return simple(Entry::billed_replica_ticks, per_tick);
    case Quantity::peak_replicas: return simple(Entry::peak_replicas, 1.0);
    case Quantity::mean_utilization: return ratio(Entry::served_replica_ms, billed, Product::billed_served, 0.001 / plan_.tick_seconds);
    case Quantity::ticks_at_max: return scaled(at.estimate.share(simple(Entry::ticks_at_max, per_tick)), plan_.ledger_ticks);
    case Quantity::longest_violation_minutes: {
      Estimate const of_ledger = at.estimate.share(simple(Entry::longest_violated_ticks, per_tick), violations(at, Entry::longest_violated_ticks));
      return scaled(of_ledger, plan_.ledger_ticks * (plan_.tick_seconds / 60.0));
    }
    case Quantity::scale_ups: return simple(Entry::scale_ups, 1.0);
    case Quantity::scale_downs: return simple(Entry::scale_downs, 1.0);
    case Quantity::shed_share:
      return at.estimate.share(ratio(Entry::shed_replica_ms, at.scenario.work_ms[plan_.slot_service[at.slot]], Product::shed_work, 1.0));
    case Quantity::reference_cost_usd: return at.estimate.mean(reference.sum, reference.square, usd);
    case Quantity::regret_usd: return at.estimate.difference(billed, reference, at.cell.product(Product::billed_reference, at.slot), usd);
    case Quantity::cost_over_reference: return ratio(Entry::billed_replica_ticks, reference, Product::billed_reference, 1.0);
    case Quantity::usd_per_million_tokens: return ratio(Entry::billed_replica_ticks, at.scenario.tokens, Product::billed_tokens, 1e6 * usd);
    case Quantity::count: break;
  }
  return {nan, nan, nan, nan};
}

void CellStatistics::add_extremes(Quantity quantity, Place const& at, QuantityStatistics& into) const {
  auto const set = [&](std::uint32_t extreme, double scale) {
    into.min = scale * static_cast<double>(at.cell.smallest(extreme, at.slot));
    into.max = scale * static_cast<double>(at.cell.largest(extreme, at.slot));
  };
  auto const entry = [&](Entry e, double scale) { set(static_cast<std::uint32_t>(e), scale); };
  double const usd = at.policy.usd_per_replica_tick;
  switch (quantity) {
    case Quantity::cost_usd: return entry(Entry::billed_replica_ticks, usd);
    case Quantity::violated_share: return entry(Entry::violated_ticks, 1.0 / plan_.ledger_ticks);
    case Quantity::mean_replicas: return entry(Entry::billed_replica_ticks, 1.0 / plan_.ledger_ticks);
    case Quantity::peak_replicas: return entry(Entry::peak_replicas, 1.0);
    case Quantity::ticks_at_max: return entry(Entry::ticks_at_max, 1.0);
    case Quantity::longest_violation_minutes: return entry(Entry::longest_violated_ticks, plan_.tick_seconds / 60.0);
    case Quantity::scale_ups: return entry(Entry::scale_ups, 1.0);
    case Quantity::scale_downs: return entry(Entry::scale_downs, 1.0);
    case Quantity::regret_usd: return set(extreme_entries, usd);
    case Quantity::reference_cost_usd: {
      Moments const& reference = at.scenario.reference[plan_.table.reference[at.slot]];
      into.min = usd * static_cast<double>(reference.smallest);
      into.max = usd * static_cast<double>(reference.largest);
      return;
    }
    default: return;
  }
}

void CellStatistics::add_quantiles(Quantity quantity, Place const& at, QuantityStatistics& into) const {
  bool const violations = quantity == Quantity::violated_share;
  double const scale = quantity == Quantity::cost_usd ? at.policy.usd_per_replica_tick : 1.0 / plan_.ledger_ticks;
  auto const* const counts = violations ? at.cell.violated_histogram(at.slot) : at.cell.billed_histogram(at.slot);
  auto const bins = violations ? plan_.violated_bins : plan_.billed_bins;
  auto const extreme = static_cast<std::uint32_t>(violations ? Entry::violated_ticks : Entry::billed_replica_ticks);
  Outermost const outermost{static_cast<double>(at.cell.smallest(extreme, at.slot)), static_cast<double>(at.cell.largest(extreme, at.slot))};
  for (double const q : plan_.config.sweep.quantiles) into.quantiles.push_back(scale * quantile_of({counts, bins.count}, bins, q, outermost));
}

QuantityStatistics CellStatistics::of(Quantity quantity, std::uint64_t cell) const {
  QuantityInfo const& info = describe(quantity);
  QuantityStatistics statistics{{nan, nan, nan, nan}, nan, nan, {}};
  if (!plan_.is_valid(cell)) {
    if (info.has_quantiles) statistics.quantiles.assign(plan_.config.sweep.quantiles.size(), nan);
    return statistics;
  }
  Place const at = place(cell);
  statistics.estimate = estimate(quantity, at);
  if (info.has_extremes) add_extremes(quantity, at, statistics);
  if (info.has_quantiles) add_quantiles(quantity, at, statistics);
  return statistics;
}

Estimate CellStatistics::objective_met(std::uint64_t cell) const {
  if (!plan_.is_valid(cell)) return {nan, nan, nan, nan};
  Place const at = place(cell);
  return at.estimate.proportion(at.cell.objective_met(at.slot));
}

Estimate CellStatistics::ticks_above(std::uint32_t level, std::uint64_t cell) const {
  if (!plan_.is_valid(cell)) return {nan, nan, nan, nan};
  Place const at = place(cell);
  Estimate const of_ledger = at.estimate.mean(at.cell.sum_above(level, at.slot), at.cell.square_above(level, at.slot), 1.0 / plan_.ledger_ticks);
  return scaled(at.estimate.share(of_ledger), plan_.ledger_ticks);
}

Quantity CellStatistics::promised_share() const {
  return plan_.objective_per == ObjectivePer::requests ? Quantity::violated_request_share : Quantity::violated_share;
}

}  // namespace fleetcast
