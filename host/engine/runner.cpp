#include "runner.hpp"

#include <algorithm>

#include "plan_subset.hpp"

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

/// Runs realizations and keeps the progress of all that it ran.
class TileRunner {
 public:
  TileRunner(Plan const& plan, std::atomic<bool> const& stop, std::function<void(Progress const&)> const& report) : stop_(stop), report_(report) {
    for (auto const& scenario : plan.scenarios)
      if (scenario.problem.empty()) progress.total += plan.realizations;
  }

  /// Realizations [first, last) of a scenario; `into` gets what no policy changes. False if `stop` was raised.
  bool run(Plan const& plan, Backend& backend, std::uint32_t scenario, std::uint64_t first, std::uint64_t last, CellSums& cells, ScenarioSums& into,
           LedgerSink* raw) {
    backend.begin_scenario(scenario, cells);
    while (first < last) {
      auto const count = static_cast<std::uint32_t>(std::min<std::uint64_t>(backend.tile_realizations(), last - first));
      if (!backend.run_tile({scenario, first, count}, stop_, raw)) return false;
      TileTotals const totals = backend.totals();
      add_totals(into, totals);
      cells.add_realizations(count);
      for (auto const& t : totals.totals) progress.requests += static_cast<double>(t.requests);
      first += count;
      progress.done += count;
      progress.steps += static_cast<double>(plan.table.slots) * plan.total_ticks() * count;
      progress.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
      if (report_) report_(progress);
    }
    Bands bands = backend.end_scenario();
    if (into.bands.sums.empty()) into.bands = std::move(bands);  // of the first realizations, whatever follows
    return true;
  }

  Progress progress;

 private:
  std::atomic<bool> const& stop_;
  std::function<void(Progress const&)> const& report_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

KernelSeconds operator+(KernelSeconds const& a, KernelSeconds const& b) {
  return {a.arrivals + b.arrivals, a.tokens + b.tokens, a.rows + b.rows, a.walk + b.walk, a.accumulate + b.accumulate};
}

/// The cells that still run, and the backends they run on.
class Field {
 public:
  Field(Plan const& plan, BackendMaker const& make_backend)
      : plan_(plan), make_backend_(make_backend), stays_(plan.scenarios.size(), std::vector<std::uint8_t>(plan.policies.size(), 0)) {
    for (auto const& policy : plan.policies) all_.push_back(policy.problem.empty() ? 1 : 0);
    for (std::uint32_t s = 0; s < plan.scenarios.size(); ++s)
      if (plan.scenarios[s].problem.empty()) stays_[s] = all_;
    count_ = plan.valid_cells();
  }

  std::uint64_t size() const { return count_; }
  /// Whether nothing is left but baselines that were told to leave.
  bool is_over() const { return count_ == lone_baselines_; }
  bool is_empty(std::uint32_t scenario) const { return std::count(stays_[scenario].begin(), stays_[scenario].end(), 1) == 0; }

  void leave(std::vector<std::uint8_t> const& leaving) {
    for (std::uint64_t cell = 0; cell < leaving.size(); ++cell) {
      auto& stays = stays_[plan_.scenario_of(cell)][plan_.policy_of(cell)];
      if (leaving[cell] == 0 || stays == 0) continue;
      if (plan_.policy_of(cell) == plan_.baseline) {  // the others are compared with it
        ++lone_baselines_;
        continue;
      }
      stays = 0;
      --count_;
    }
  }

  /// Runs what is left of a scenario and adds it to `sums`.
  bool run(TileRunner& tiles, std::uint32_t scenario, std::uint64_t first, std::uint64_t last, SweepSums& sums) {
    Plan const& plan = plan_for(scenario);
    if (stays_[scenario] == all_) return tiles.run(plan, *backend_, scenario, first, last, sums.cells[scenario], sums.scenarios[scenario], nullptr);
    CellSums counted(plan);
    if (!tiles.run(plan, *backend_, scenario, first, last, counted, sums.scenarios[scenario], nullptr)) return false;
    for (std::size_t p = 0; p < plan.policies.size(); ++p)
      if (stays_[scenario][p] != 0) sums.cells[scenario].add(plan_.policies[p].slot, counted, plan.policies[p].slot);
    return true;
  }

  KernelSeconds kernel_seconds() const { return backend_ ? kernel_seconds_ + backend_->kernel_seconds() : kernel_seconds_; }

 private:
  /// The plan of the policies a scenario still runs, and backend_ for it.
  Plan const& plan_for(std::uint32_t scenario) {
    if (backend_ && stays_[scenario] == running_) return *running_plan_;
    kernel_seconds_ = kernel_seconds();
    backend_.reset();  // its memory first
    running_ = stays_[scenario];
    running_plan_ = std::make_unique<Plan>(keep_policies(plan_, running_));
    backend_ = make_backend_(*running_plan_);
    return *running_plan_;
  }

  Plan const& plan_;
  BackendMaker const& make_backend_;
  std::vector<std::uint8_t> all_;                 ///< [policy], not 0: valid
  std::vector<std::vector<std::uint8_t>> stays_;  ///< [scenario][policy]
  std::uint64_t count_ = 0;
  std::uint64_t lone_baselines_ = 0;  ///< told to leave, and still run for the others' sake
  std::vector<std::uint8_t> running_;
  std::unique_ptr<Plan> running_plan_;
  std::unique_ptr<Backend> backend_;
  KernelSeconds kernel_seconds_;
};

}  // namespace

RunResult run_plan(Plan const& plan, Backend& backend, std::atomic<bool> const& stop, std::function<void(Progress const&)> const& report,
                   LedgerSink* raw) {
  RunResult result{SweepSums(plan), {}, true, {}};
  TileRunner tiles(plan, stop, report);
  for (std::uint32_t s = 0; s < plan.scenarios.size() && result.finished; ++s)
    if (plan.scenarios[s].problem.empty())
      result.finished = tiles.run(plan, backend, s, 0, plan.realizations, result.sums.cells[s], result.sums.scenarios[s], raw);
  result.sums.realizations_done = plan.realizations;
  result.progress = tiles.progress;
  result.progress.cell_realizations = plan.valid_cells() * plan.realizations;
  result.kernel_seconds = backend.kernel_seconds();
  return result;
}

RunResult run_in_looks(Plan const& plan, BackendMaker const& make_backend, std::atomic<bool> const& stop,
                       std::function<void(Progress const&)> const& report, LookJudge const& judge) {
  RunResult result{SweepSums(plan), {}, true, {}};
  SweepSums& sums = result.sums;
  sums.looks.resize(plan.scenarios.size());
  TileRunner tiles(plan, stop, report);
  Field field(plan, make_backend);
  while (sums.looks_taken < plan.looks.size() && !field.is_over()) {
    std::uint64_t const first = sums.realizations_done;
    std::uint64_t const last = plan.looks[sums.looks_taken];
    for (std::uint32_t s = 0; s < plan.scenarios.size() && result.finished; ++s) {
      if (field.is_empty(s)) continue;
      result.finished = field.run(tiles, s, first, last, sums);
      sums.looks[s].push_back({last, sums.scenarios[s]});
      sums.looks[s].back().sums.bands = {};
    }
    if (!result.finished) break;
    tiles.progress.cell_realizations += field.size() * (last - first);
    sums.realizations_done = last;
    LookVerdict const verdict = judge(sums, ++sums.looks_taken);
    if (verdict.enough) break;
    field.leave(verdict.leaving);
  }
  result.progress = tiles.progress;
  result.kernel_seconds = field.kernel_seconds();
  return result;
}

}  // namespace fleetcast
