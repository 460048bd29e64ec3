#include "runner.hpp"

#include <algorithm>

namespace fleetcast {

namespace {

void add_totals(ScenarioSums& into, TileTotals const& tile) {
  std::size_t const realizations = tile.totals.size();
  for (auto const& t : tile.totals) {
    into.requests.add(static_cast<std::int64_t>(t.requests));
    into.tokens.add(static_cast<std::int64_t>(t.prompt_tokens + t.completion_tokens));
    into.prompt_tokens.add(static_cast<std::int64_t>(t.prompt_tokens));
    into.completion_tokens.add(static_cast<std::int64_t>(t.completion_tokens));
    into.ticks_with_requests.add(t.ticks_with_requests);
    into.clamped_ticks.add(t.clamped_ticks);
  }
  for (std::size_t s = 0; s < into.work_ms.size(); ++s)
    for (std::size_t r = 0; r < realizations; ++r) into.work_ms[s].add(tile.work_ms[s * realizations + r]);
  for (std::size_t k = 0; k < into.reference.size(); ++k)
    for (std::size_t r = 0; r < realizations; ++r) into.reference[k].add(static_cast<std::int64_t>(tile.reference[k * realizations + r]));
}

}  // namespace

RunResult run_plan(Plan const& plan, Backend& backend, std::atomic<bool> const& stop, std::function<void(Progress const&)> const& report,
                   LedgerSink* raw) {
  auto const start = std::chrono::steady_clock::now();
  RunResult result{SweepSums(plan), {}, true};
  Progress& progress = result.progress;
  for (auto const& scenario : plan.scenarios)
    if (scenario.problem.empty()) progress.total += plan.realizations;

  double const steps_per_realization = static_cast<double>(plan.table.slots) * plan.total_ticks();
  for (std::uint32_t s = 0; s < plan.scenarios.size(); ++s) {
    if (!plan.scenarios[s].problem.empty()) continue;
    backend.begin_scenario(s, result.sums.cells[s]);
    for (std::uint64_t first = 0; first < plan.realizations;) {
      auto const count = static_cast<std::uint32_t>(std::min<std::uint64_t>(backend.tile_realizations(), plan.realizations - first));
      if (!backend.run_tile({s, first, count}, stop, raw)) {
        result.finished = false;
        return result;
      }
      TileTotals const totals = backend.totals();
      add_totals(result.sums.scenarios[s], totals);
      result.sums.cells[s].add_realizations(count);
      for (auto const& t : totals.totals) progress.requests += static_cast<double>(t.requests);
      first += count;
      progress.done += count;
      progress.steps += steps_per_realization * count;
      progress.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      if (report) report(progress);
    }
    result.sums.scenarios[s].bands = backend.end_scenario();
  }
  result.sums.realizations_done = plan.realizations;
  return result;
}

}  // namespace fleetcast
