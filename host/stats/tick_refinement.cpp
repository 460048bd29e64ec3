#include "tick_refinement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <map>
#include <memory>
#include <optional>

#include "host/config/error.hpp"
#include "host/engine/cell_config.hpp"
#include "host/engine/replay.hpp"

namespace fleetcast {

namespace {

constexpr double largest_factor = 1.5;
/// Ticks that are held at a time, some 60 bytes each.
constexpr std::uint64_t most_ticks_held = 20'000'000;

/// What a share and a cost are made from, summed over realizations.
struct Sums {
  std::int64_t billed = 0, violated = 0, counted = 0;

  void add(Plan const& plan, ReplayLedger const& ledger, std::uint32_t ledger_ticks) {
    bool const by_request = plan.objective_per == ObjectivePer::requests;
    billed += ledger.at(Entry::billed_replica_ticks);
    violated += ledger.at(by_request ? Entry::violated_requests : Entry::violated_ticks);
    counted += by_request ? static_cast<std::int64_t>(ledger.totals.requests) : ledger_ticks;
  }

  TickOutcome outcome(PolicyInfo const& policy, std::uint32_t realizations) const {
    return {policy.usd_per_replica_tick * static_cast<double>(billed) / realizations,
            counted > 0 ? static_cast<double>(violated) / static_cast<double>(counted) : std::numeric_limits<double>::quiet_NaN()};
  }
};

/// A cell that can be run in both ticks.
struct Candidate {
  TickComparison* comparison;
  Plan shorter;  ///< of this cell alone
  Sums at_tick, at_shorter_tick;
};

/// The plan of a cell in other ticks; says in the comparison what is wrong with it.
std::optional<Plan> plan_in_ticks(Plan const& plan, std::uint32_t seconds, TickComparison& comparison) {
  SweepConfig config = cell_config(plan.config, plan.axes, cell_position(plan.axes, comparison.cell));
  config.sweep.tick_seconds = seconds;
  try {
    return make_plan(config);
  } catch (Error const& error) {
    comparison.problem = error.what();
    return std::nullopt;
  }
}

/// The sweep's slot of a cell.
PolicyInfo const& policy_of(Plan const& plan, TickComparison const& comparison) { return plan.policies[plan.policy_of(comparison.cell)]; }

/// One realization of the traffic that some cells share.
struct Job {
  std::vector<Candidate*> const* cells;
  std::uint32_t realization;

  /// Runs it through every cell in both ticks, and adds up.
  void run(Plan const& plan) const {
    auto const nothing = [](FleetTick const&) {};
    DemandSeries const fine = draw_demand(cells->front()->shorter, 0, realization);
    DemandSeries const coarse = in_longer_ticks(fine, plan.tick_seconds / cells->front()->shorter.tick_seconds);
    for (Candidate* const cell : *cells) {
      ReplayLedger const whole = replay(plan, policy_of(plan, *cell->comparison).slot, coarse, nothing);
      ReplayLedger const parts = replay(cell->shorter, cell->shorter.policies.front().slot, fine, nothing);
#pragma omp critical(fleetcast_refinement_sums)
      {
        cell->at_tick.add(plan, whole, coarse.ledger_ticks());
        cell->at_shorter_tick.add(plan, parts, fine.ledger_ticks());
      }
    }
  }
};

}  // namespace

std::uint32_t shorter_tick_seconds(std::uint32_t tick_seconds) {
  if (tick_seconds == 1)
    throw Error(ExitCode::usage, "--refine: the sweep's ticks are of 1 s, the shortest there is; leave --refine out, or raise sweep.tick_seconds");
  std::uint32_t best = 1;
  for (std::uint32_t seconds = 2; seconds < tick_seconds; ++seconds)
    if (tick_seconds % seconds == 0 && std::fabs(6.0 * seconds - tick_seconds) < std::fabs(6.0 * best - tick_seconds)) best = seconds;
  return best;
}

double TickComparison::factor() const {
  if (at_tick.violated_share == at_shorter_tick.violated_share) return 1.0;
  return at_shorter_tick.violated_share / at_tick.violated_share;
}

bool TickComparison::is_warning() const { return factor() > largest_factor || factor() < 1.0 / largest_factor; }

std::vector<TickComparison> compare_ticks(Plan const& plan, std::uint32_t shorter_seconds, std::vector<std::uint64_t> const& cells,
                                          RefinementSize size, std::atomic<bool> const& stop, std::function<void(double)> const& report) {
  std::vector<TickComparison> comparisons(cells.size());
  std::vector<std::unique_ptr<Candidate>> candidates;
  std::map<std::uint32_t, std::vector<Candidate*>> by_scenario;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    comparisons[i].cell = cells[i];
    auto shorter = plan_in_ticks(plan, shorter_seconds, comparisons[i]);
    if (!shorter) continue;
    candidates.push_back(std::make_unique<Candidate>(Candidate{&comparisons[i], std::move(*shorter), {}, {}}));
    by_scenario[plan.scenario_of(cells[i])].push_back(candidates.back().get());
  }
  std::vector<Job> jobs;
  for (auto const& [scenario, sharing] : by_scenario)
    for (std::uint32_t r = 0; r < size.realizations; ++r) jobs.push_back({&sharing, r});

  std::uint64_t const ticks = static_cast<std::uint64_t>(plan.total_ticks()) * (plan.tick_seconds / shorter_seconds);
  int const threads = static_cast<int>(std::clamp<std::uint64_t>(most_ticks_held / ticks, 1, static_cast<std::uint64_t>(size.threads)));
  std::exception_ptr failure;
  std::atomic<bool> failed{false};
  std::size_t done = 0;
#pragma omp parallel for schedule(dynamic) num_threads(threads)
  for (Job const& job : jobs) {
    if (stop || failed) continue;
    std::exception_ptr problem;
    try {
      job.run(plan);
    } catch (...) {
      problem = std::current_exception();
      failed = true;
    }
#pragma omp critical(fleetcast_refinement_progress)
    {
      if (problem) failure = problem;
      report(static_cast<double>(++done) / static_cast<double>(jobs.size()));
    }
  }
  if (failure) std::rethrow_exception(failure);
  if (stop) return {};

  for (auto const& candidate : candidates) {
    TickComparison& comparison = *candidate->comparison;
    comparison.at_tick = candidate->at_tick.outcome(policy_of(plan, comparison), size.realizations);
    comparison.at_shorter_tick = candidate->at_shorter_tick.outcome(candidate->shorter.policies.front(), size.realizations);
  }
  return comparisons;
}

}  // namespace fleetcast
