#include "runner.hpp"

#include <algorithm>
#include <chrono>

#include "tile_shape.hpp"

namespace fleetcast {

namespace {

/// What the field lacks of some realizations.
std::vector<PendingWork> pending_of(Field const& field, RunState const& state, RealizationSpan wanted) {
  std::vector<PendingWork> pending;
  for (std::uint32_t s = 0; s < state.done.size(); ++s) {
    if (field.is_over(s)) continue;
    auto spans = state.done[s].missing(wanted);
    if (!spans.empty()) pending.push_back({s, std::move(spans)});
  }
  return pending;
}

/// One call of run() or run_part().
class Run {
 public:
  /// @param wanted  realizations of each scenario
  Run(Plan const& plan, RunState& state, Crew& crew, RunControl const& control, RealizationSpan wanted)
      : plan_(plan), state_(state), crew_(crew), control_(control), progress_{state.effort, state.effort} {
    for (auto const& scenario : plan.scenarios)
      if (scenario.problem.empty()) progress_.realizations += wanted.size();
  }

  bool all_of(RealizationSpan wanted) {
    state_.wants_bands = RealizationSet({wanted}).contains({0, plan_.band_realizations});
    if (!complete(Field(plan_, state_.left), wanted)) return false;
    state_.sums.realizations_done = wanted.size();
    return !state_.wants_bands || make_missing_bands();
  }

  bool by_looks() {
    SweepSums& sums = state_.sums;
    sums.looks.resize(plan_.scenarios.size());
    bool is_over = control_.is_over && control_.is_over();
    while (!is_over && sums.looks_taken < plan_.looks.size()) {
      Field const field(plan_, state_.left);
      if (field.is_over()) break;
      std::uint64_t const last = plan_.looks[sums.looks_taken];
      if (!complete(field, {0, last})) return false;
      for (std::uint32_t s = 0; s < plan_.scenarios.size(); ++s) {
        if (field.is_over(s)) continue;
        sums.looks[s].push_back({last, sums.scenarios[s]});
        sums.looks[s].back().sums.bands = {};
      }
      sums.realizations_done = last;
      LookVerdict const verdict = control_.judge(sums, ++sums.looks_taken);
      is_over = verdict.enough;
      if (!is_over) leave(verdict.leaving);
    }
    return make_missing_bands();
  }

 private:
  /// Computes all of some realizations that is missing; false if it was stopped before.
  bool complete(Field const& field, RealizationSpan wanted) {
    for (auto pending = pending_of(field, state_, wanted); !pending.empty(); pending = pending_of(field, state_, wanted)) {
      bool stop = false;
      LocalQueue queue(pending, crew_.size(), smallest_tile(plan_), [&] {
        stop = control_.stop && control_.stop();
        return stop || (control_.save_due && control_.save_due());
      });
      work(queue, field);
      progress_.done = state_.effort;  // tiles may have been told that were lost with their worker
      if (pending_of(field, state_, wanted).empty()) return true;
      if (control_.save) control_.save(state_);
      if (stop) return false;
    }
    return true;
  }

  void work(WorkQueue& queue, Field const& field) {
    try {
      crew_.work(queue, field, state_, [&](Effort const& effort) { report(effort); });
      state_.effort.seconds = seconds();
    } catch (DeviceFault const&) {
      state_.effort.seconds = seconds();  // the state is saved and gone on from
      throw;
    }
  }

  void report(Effort const& effort) {
    progress_.tile_seconds = effort.seconds;
    progress_.done += effort;
    progress_.done.seconds = seconds();
    if (control_.report) control_.report(progress_);
  }

  void leave(std::vector<std::uint8_t> const& leaving) {
    if (std::all_of(leaving.begin(), leaving.end(), [](std::uint8_t leaves) { return leaves == 0; })) return;
    state_.left.resize(plan_.cells, 0);
    std::transform(leaving.begin(), leaving.end(), state_.left.begin(), state_.left.begin(), [](int a, int b) { return a | b; });
  }

  /// False if it was stopped before.
  bool make_missing_bands() {
    bool is_saved = false;
    for (std::uint32_t s = 0; s < plan_.scenarios.size(); ++s) {
      if (!state_.lacks_bands(s)) continue;
      if (!is_saved) {
        if (control_.save) control_.save(state_);  // all else is done
        report({});
        is_saved = true;
      }
      bool stop = false;
      auto begun = std::chrono::steady_clock::now();
      auto const pause = [&] {
        auto const now = std::chrono::steady_clock::now();
        report({.seconds = std::chrono::duration<double>(now - begun).count()});  // of a tile that adds nothing
        begun = now;
        stop = control_.stop && control_.stop();
        return stop || (control_.save_due && control_.save_due());
      };
      while (!crew_.draw_bands(plan_, s, state_, pause)) {
        state_.effort.seconds = seconds();
        if (control_.save) control_.save(state_);
        if (stop) return false;
        begun = std::chrono::steady_clock::now();
      }
    }
    return true;
  }

  double seconds() const { return progress_.earlier.seconds + std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

  Plan const& plan_;
  RunState& state_;
  Crew& crew_;
  RunControl const& control_;
  Progress progress_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace

bool run(Plan const& plan, RunState& state, Crew& crew, RunControl const& control) {
  RealizationSpan const all{0, plan.realizations};
  Run run(plan, state, crew, control, all);
  return plan.config.looks() ? run.by_looks() : run.all_of(all);
}

bool run_part(Plan const& plan, RunState& state, Crew& crew, RunControl const& control, RealizationSpan part) {
  return Run(plan, state, crew, control, part).all_of(part);
}

RunResult run_plan(Plan const& plan, Backend& backend, std::atomic<bool> const& stop, std::function<void(Progress const&)> const& report,
                   LedgerSink* raw) {
  RunState state(plan);
  LocalCrew crew(plan, {[&](Plan const&) { return std::shared_ptr<Backend>(&backend, [](Backend*) {}); }}, {.raw = raw});
  RunControl const control{.stop = [&] { return stop.load(); }, .report = report};
  bool const finished = run_part(plan, state, crew, control, {0, plan.realizations});
  return {std::move(state.sums), finished};
}

}  // namespace fleetcast
