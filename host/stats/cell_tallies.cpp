#include "cell_tallies.hpp"

#include <fmt/format.h>

#include "host/config/keys.hpp"

namespace fleetcast {

std::string period_name(SweepSection const& sweep) {
  if (sweep.minutes > 0) return fmt::format("{} min", shortest(sweep.minutes));
  return sweep.days == 1 ? "day" : fmt::format("{} days", shortest(sweep.days));
}

namespace {

void tally_baseline(Plan const& plan, SweepSums const& sums, CellTallies& t) {
  BaselineTallies& baseline = t.baseline.emplace();
  baseline.cell.resize(plan.cells);
  for (auto* const column : {&baseline.billed, &baseline.violated_ticks, &baseline.violated_requests}) column->resize(plan.cells);
  std::vector<std::uint64_t> cell_of(plan.scenarios.size());
  for (std::uint64_t cell = 0; cell < plan.cells; ++cell)
    if (plan.policy_of(cell) == *plan.baseline) cell_of[plan.scenario_of(cell)] = cell;
  for (std::uint64_t cell = 0; cell < plan.cells; ++cell) {
    std::uint32_t const scenario = plan.scenario_of(cell);
    baseline.cell[cell] = cell_of[scenario];
    if (t.valid[cell] == 0) continue;
    std::uint32_t const slot = plan.policies[plan.policy_of(cell)].slot;
    baseline.billed[cell] = sums.cells[scenario].baseline_product(Entry::billed_replica_ticks, slot);
    baseline.violated_ticks[cell] = sums.cells[scenario].baseline_product(Entry::violated_ticks, slot);
    baseline.violated_requests[cell] = sums.cells[scenario].baseline_product(Entry::violated_requests, slot);
  }
}

}  // namespace

std::uint64_t tally_bytes(Plan const& plan) {
  constexpr std::uint64_t sums = 15, numbers = 6;
  std::uint64_t const baseline = plan.baseline ? 3 * sizeof(Sum128) + sizeof(std::uint64_t) : 0;
  return plan.cells * (sums * sizeof(Sum128) + (numbers + plan.objective_levels.count) * sizeof(std::uint64_t) + 2 + baseline);
}

CellTallies tally(Plan const& plan, SweepSums const& sums) {
  CellTallies t;
  t.axes = plan.axes;
  t.confidence = plan.config.sweep.confidence;
  t.looks = sums.looks_taken;
  t.look_confidence = sums.look_confidence(t.confidence);
  t.reliability = plan.config.sla.reliability;
  t.objective_per = plan.objective_per;
  t.ledger_ticks = plan.ledger_ticks;
  t.tick_seconds = plan.tick_seconds;
  t.period = period_name(plan.config.sweep);
  t.stricter_objectives = plan.config.sla.stricter_objectives;
  t.valid.resize(plan.cells);
  for (auto* const column : {&t.realizations, &t.met, &t.violating}) column->resize(plan.cells);
  for (auto* const column : {&t.usd, &t.objective, &t.expected_work}) column->resize(plan.cells);
  for (auto* const column : {&t.billed, &t.billed_square, &t.violated_ticks, &t.violated_ticks_square, &t.violated_requests,
                             &t.violated_requests_square, &t.requests, &t.requests_square, &t.violated_requests_requests, &t.work, &t.work_square,
                             &t.billed_work, &t.reference, &t.reference_square, &t.billed_reference})
    column->resize(plan.cells);
  t.met_at.assign(plan.objective_levels.count, std::vector<std::uint64_t>(plan.cells));
  std::vector<double> expected;  // [scenario][service]
  for (std::uint32_t s = 0; s < plan.scenarios.size(); ++s)
    for (ServiceRates const& rates : plan.services) expected.push_back(plan.scenarios[s].problem.empty() ? plan.expected_work_ms(s, rates) : 0.0);

  for (std::uint64_t cell = 0; cell < plan.cells; ++cell) {
    if (!plan.is_valid(cell)) continue;
    std::uint32_t const scenario = plan.scenario_of(cell);
    PolicyInfo const& policy = plan.policies[plan.policy_of(cell)];
    CellSums const& c = sums.cells[scenario];
    ScenarioSums const& s = sums.scenario_of(scenario, c.realizations(policy.slot));
    auto const moments = [&](std::vector<Sum128>& sum, std::vector<Sum128>& square, Moments const& m) {
      sum[cell] = m.sum;
      square[cell] = m.square;
    };
    auto const entry = [&](std::vector<Sum128>& sum, std::vector<Sum128>& square, Entry e) {
      sum[cell] = c.sum(e, policy.slot);
      square[cell] = c.square(e, policy.slot);
    };
    t.valid[cell] = 1;
    t.realizations[cell] = c.realizations(policy.slot);
    t.met[cell] = c.objective_met(policy.slot);
    t.violating[cell] = c.violating(policy.slot);
    for (std::uint32_t level = 0; level < plan.objective_levels.count; ++level) t.met_at[level][cell] = c.objective_met_at(level, policy.slot);
    t.usd[cell] = policy.usd_per_replica_tick;
    t.objective[cell] = policy.objective;
    t.expected_work[cell] = expected[scenario * plan.services.size() + plan.slot_service[policy.slot]];
    entry(t.billed, t.billed_square, Entry::billed_replica_ticks);
    entry(t.violated_ticks, t.violated_ticks_square, Entry::violated_ticks);
    entry(t.violated_requests, t.violated_requests_square, Entry::violated_requests);
    moments(t.requests, t.requests_square, s.requests);
    moments(t.work, t.work_square, s.work_ms[plan.slot_service[policy.slot]]);
    moments(t.reference, t.reference_square, s.reference[plan.table.reference[policy.slot]]);
    t.violated_requests_requests[cell] = c.product(Product::violated_requests_requests, policy.slot);
    t.billed_work[cell] = c.product(Product::billed_work, policy.slot);
    t.billed_reference[cell] = c.product(Product::billed_reference, policy.slot);
  }
  if (plan.baseline) tally_baseline(plan, sums, t);
  return t;
}

}  // namespace fleetcast
