#include "host/stats/stop_rule.hpp"

#include <gtest/gtest.h>

#include "host/config/error.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

using testing::looked_run;
using testing::plan_of;

/// Settings from far too tight to far too generous, on days of four hours.
constexpr char const* sweep = R"(
[sweep]
realizations = 3200
minutes = 240
warmup_minutes = 20
seed = 33
[workload]
requests_per_minute = 150
drift_log_sd = 0.3
drift_half_life_minutes = 20
[autoscaler]
max_replicas = 16
[sla]
objective = 0.97
reliability = 0.9
[grid]
"autoscaler.scale_up_at" = [60000, 120000, 180000, 240000, 300000]
"autoscaler.scale_down_at" = [20000, 60000, 120000, 180000]
)";

struct LookedRun {
  Plan plan;
  RunState result;
  std::vector<LookRecord> looks;
  std::vector<std::uint8_t> left_race;
  std::string reason, rule;
};

LookedRun run_with(std::vector<std::string> const& settings, int threads = 1, std::string const& simd = "", double seconds = 0) {
  Plan const plan = plan_of(sweep, settings);
  StopRule rule(plan, [=] { return seconds; });
  RunState result = looked_run(
      plan, [&](Plan const& left) { return make_cpu_backend(left, threads, simd, 64ULL << 20); },
      [&](SweepSums const& sums, std::uint32_t look) { return rule.judge(sums, look); });
  return {plan, std::move(result), rule.looks(), rule.left_race(), rule.reason(), rule.rule()};
}

TEST(StopRule, StopsAtTheFirstLookWhoseWidestIntervalIsNarrowEnough) {
  LookedRun const run = run_with({"stop.metric=cost_usd", "stop.relative_half_width=0.02"});

  EXPECT_EQ(run.reason, "cost_usd is known well enough");
  ASSERT_GE(run.looks.size(), 2U);
  EXPECT_LT(run.result.sums.realizations_done, 3200U);
  for (std::size_t j = 0; j < run.looks.size(); ++j) {
    EXPECT_EQ(run.looks[j].realizations, 50U << j);
    EXPECT_DOUBLE_EQ(run.looks[j].confidence, 1.0 - 0.05 * std::exp2(-static_cast<double>(j + 1)));
    EXPECT_EQ(run.looks[j].enough, j + 1 == run.looks.size());
  }
  // the result's own intervals are those that the last look judged
  CellStatistics const statistics(run.plan, run.result.sums);
  double widest = 0;
  for (std::uint64_t cell = 0; cell < run.plan.cells; ++cell) {
    if (!run.plan.is_valid(cell)) continue;
    Estimate const cost = statistics.of(Quantity::cost_usd, cell).estimate;
    widest = std::max(widest, (cost.high - cost.mean) / cost.mean);
  }
  EXPECT_NEAR(widest / 0.02, run.looks.back().found, 1e-9);
  EXPECT_LE(widest, 0.02);
}

TEST(StopRule, MeasuresViolatedSharesAgainstWhatThePromiseLeavesOpen) {
  LookedRun const relative = run_with({"stop.metric=violated_request_share", "stop.relative_half_width=0.5"});
  LookedRun const absolute = run_with({"stop.metric=violated_request_share", "stop.half_width=0.015"});  // half of 1 - 0.97

  EXPECT_EQ(relative.result.sums.realizations_done, absolute.result.sums.realizations_done);
  EXPECT_NEAR(relative.looks.back().found, absolute.looks.back().found, 1e-9);
}

TEST(StopRule, AsksForBothWidthsWhereBothAreGiven) {
  LookedRun const both = run_with({"stop.metric=objective_met_share", "stop.half_width=0.2", "stop.relative_half_width=0.6"});
  LookedRun const narrow = run_with({"stop.metric=objective_met_share", "stop.half_width=0.06"});  // 0.6 of 1 - 0.9

  EXPECT_EQ(both.result.sums.realizations_done, narrow.result.sums.realizations_done);
  EXPECT_NEAR(both.looks.front().found, narrow.looks.front().found, 1e-9);
}

TEST(StopRule, OfTheFrontAlonePassesOverCellsThatNobodyWouldTake) {
  LookedRun const all = run_with({"stop.metric=violated_share", "stop.half_width=0.004"});
  LookedRun const front = run_with({"stop.metric=violated_share", "stop.half_width=0.004", "stop.cells=front"});

  EXPECT_LE(front.looks.front().found, all.looks.front().found);
  EXPECT_LE(front.result.sums.realizations_done, all.result.sums.realizations_done);
}

TEST(StopRule, KnowsNothingOfARatioOverNothing) {
  LookedRun const run =
      run_with({"workload.requests_per_minute=0", "sweep.realizations=100", "stop.metric=usd_per_million_tokens", "stop.relative_half_width=0.5"});

  EXPECT_EQ(run.reason, "all realizations done");
  for (auto const& look : run.looks) {
    EXPECT_FALSE(look.enough);
    EXPECT_EQ(look.limiting, std::nullopt);
  }
}

TEST(StopRule, StopsWhenTheSelectionIsSettled) {
  LookedRun const run = run_with({"stop.metric=selection", "stop.indifference=0.2"});

  EXPECT_EQ(run.reason, "the selection is settled");
  EXPECT_LT(run.result.sums.realizations_done, 3200U);
  EXPECT_GT(run.looks[run.looks.size() - 2].found, 1.0);
  EXPECT_LE(run.looks.back().found, 1.0);
}

TEST(StopRule, StopsAtTheSameCountWithTheSameDigestOnEveryMachine) {
  for (auto const& settings : {std::vector<std::string>{"stop.metric=selection", "stop.indifference=0.2", "search.race=true"},
                               std::vector<std::string>{"stop.metric=cost_usd", "stop.relative_half_width=0.02"}}) {
    LookedRun const want = run_with(settings);
    for (std::string const& simd : simd_levels()) {
      LookedRun const run = run_with(settings, 3, simd);
      EXPECT_EQ(run.result.sums.realizations_done, want.result.sums.realizations_done);
      EXPECT_EQ(digest(run.plan, run.result.sums), digest(want.plan, want.result.sums)) << simd;
      EXPECT_EQ(run.looks.back().limiting, want.looks.back().limiting);
    }
  }
}

TEST(StopRule, LooksAtTheClockWhereItIsAsked) {
  LookedRun const late = run_with({"stop.metric=cost_usd", "stop.half_width=0.0001", "stop.max_seconds=10"}, 1, "", 11);
  LookedRun const early = run_with({"stop.metric=cost_usd", "stop.half_width=0.0001", "stop.max_seconds=10", "sweep.realizations=100"}, 1, "", 9);

  EXPECT_EQ(late.result.sums.realizations_done, 50U);
  EXPECT_EQ(late.reason, "stop.max_seconds = 10 had passed");
  EXPECT_EQ(early.result.sums.realizations_done, 100U);
  EXPECT_EQ(early.reason, "all realizations done");
}

TEST(StopRule, RemembersWhyItStopped) {
  for (auto const& settings : {std::vector<std::string>{"stop.metric=cost_usd", "stop.relative_half_width=0.02"},
                               {"stop.metric=cost_usd", "stop.relative_half_width=0.0001", "stop.max_seconds=1"}}) {
    Plan const plan = plan_of(sweep, settings);
    auto const seconds = [] { return 2.0; };
    StopRule rule(plan, seconds);
    EXPECT_FALSE(rule.is_over());
    looked_run(
        plan, [](Plan const& left) { return make_cpu_backend(left, 1, "", 64ULL << 20); },
        [&](SweepSums const& sums, std::uint32_t look) {
          EXPECT_FALSE(rule.is_over());
          return rule.judge(sums, look);
        });
    StopRule later(plan, seconds);

    later.recall(rule.memory());

    EXPECT_TRUE(later.is_over());
    EXPECT_EQ(later.reason(), rule.reason());
    EXPECT_NE(later.reason(), "all realizations done");
  }
}

TEST(Race, DropsWhatTheFullGridWouldExcludeAndKeepsItsChoice) {
  LookedRun const race = run_with({"search.race=true"});
  Plan const plan = plan_of(sweep);
  std::vector<std::uint64_t> cells;
  for (std::uint64_t cell = 0; cell < plan.cells; ++cell) cells.push_back(cell);
  CellTallies const full = tally(plan, testing::sums_of(plan, *make_cpu_backend(plan, 1, "", 64ULL << 20)));
  Selection const want = select(full, {0.9, 0.05, 0}, cells);

  CellTallies after = tally(race.plan, race.result.sums);
  after.left_race = race.left_race;
  Selection const got = select(after, {0.9, 1.0 - after.look_confidence, 0}, cells);

  ASSERT_TRUE(want.chosen);
  EXPECT_EQ(got.chosen, want.chosen);
  EXPECT_GT(got.excluded(), 0U);
  for (std::uint64_t const cell : cells)
    if (want.standing[cell] == Standing::not_excluded) {
      EXPECT_TRUE(got.standing[cell] == Standing::not_excluded || got.standing[cell] == Standing::best) << cell;
    }
  EXPECT_LT(2 * race.result.effort.cell_realizations, plan.valid_cells() * plan.realizations);
}

TEST(Race, RemembersWhyACellLeft) {
  LookedRun const run = run_with({"search.race=true"});
  std::uint64_t infeasible = 0;
  std::uint64_t left = 0;
  for (std::uint64_t cell = 0; cell < run.plan.cells; ++cell) {
    left += run.left_race[cell] != 0 ? 1 : 0;
    if (run.left_race[cell] != static_cast<std::uint8_t>(LeftRace::infeasible)) continue;
    ++infeasible;
    std::uint32_t const slot = run.plan.policies[run.plan.policy_of(cell)].slot;
    CellSums const& sums = run.result.sums.cells[run.plan.scenario_of(cell)];
    EXPECT_LT(static_cast<double>(sums.objective_met(slot)), 0.9 * static_cast<double>(sums.realizations(slot)));
  }

  EXPECT_GT(infeasible, 0U);
  EXPECT_LT(infeasible, left);  // others were too dear
  std::uint64_t recorded = 0;
  for (auto const& look : run.looks) recorded += look.leaving;
  EXPECT_EQ(recorded, left);
}

void expect_refused(std::vector<std::string> const& settings, std::string const& part) {
  try {
    plan_of(sweep, settings);
    FAIL() << "accepted: " << part;
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_config);
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

TEST(StopRule, RefusesWhatItCouldNotJudge) {
  expect_refused({"stop.metric=cost_usd"}, "needs stop.half_width or stop.relative_half_width");
  expect_refused({"stop.half_width=3"}, "but stop.metric is \"none\"");
  expect_refused({"stop.metric=selection", "stop.half_width=3"}, "but stop.metric is \"selection\"");
  expect_refused({"stop.metric=selection", "stop.cells=front"}, "needs a quantity");
  expect_refused({"stop.metric=cost_usd", "stop.half_width=3", "stop.cells=front", "search.race=true"}, "needs all cells");
  expect_refused({"stop.max_seconds=3"}, "needs a stop.metric");
  expect_refused({"stop.metric=selection", "stop.first_look=3200"}, "leaves nothing to stop");
}

TEST(Baseline, IsNamedByValuesOnItsAxes) {
  Plan const plan =
      plan_of(sweep, {"baseline.autoscaler.scale_up_at=180000", "autoscaler.scale_down_at=60000", "grid.autoscaler.scale_down_at=[20000,60000]"});
  EXPECT_EQ(plan.baseline, 2U * 2 + 1);  // the second axis takes the sweep's own value

  expect_refused({"baseline.autoscaler.scale_up_at=190000", "baseline.autoscaler.scale_down_at=20000"},
                 "the nearest there are 120000, 180000, 240000");
  expect_refused({"baseline.autoscaler.scale_up_at=180000", "autoscaler.scale_down_at=1", "grid.autoscaler.scale_down_at=[20000,60000]"},
                 "the sweep's own");
  expect_refused({"baseline.autoscaler.scale_up_at=60000", "baseline.autoscaler.scale_down_at=180000"}, "contradict each other");
  expect_refused({"baseline.autoscaler.step_up=1"}, "is no axis of [grid]");
  expect_refused({"baseline.workload.burst_cv=0.1", "grid.workload.burst_cv=[0,0.1]"}, "is an axis of the workload");
}

TEST(Baseline, MattersToThePlansHash) {
  std::vector<std::string> const up{"baseline.autoscaler.scale_up_at=180000", "baseline.autoscaler.scale_down_at=20000"};
  std::vector<std::string> const down{"baseline.autoscaler.scale_up_at=180000", "baseline.autoscaler.scale_down_at=60000"};

  EXPECT_NE(plan_of(sweep, up).hash, plan_of(sweep, down).hash);
  EXPECT_NE(plan_of(sweep, up).hash, plan_of(sweep).hash);
  EXPECT_EQ(plan_of(sweep, {"stop.metric=selection", "search.race=true"}).hash, plan_of(sweep).hash);  // which only say how many
}

TEST(ExpectedWork, IsWhatRealizationsHaveOnAverage) {
  for (char const* traffic : {"", "workload.silence_share=0.2", "workload.sampler=compound"}) {
    std::vector<std::string> settings{"sweep.realizations=3000",
                                      "workload.daily_amplitude=0.6",
                                      "workload.prompt_drift_log_sd=0.5",
                                      "workload.completion_drift_log_sd=0.4",
                                      "workload.drift_correlation.rate_prompt=0.6",
                                      "workload.drift_correlation.rate_completion=-0.6",
                                      "workload.drift_log_sd=0.6",
                                      "grid.autoscaler.scale_up_at=[120000]",
                                      "grid.autoscaler.scale_down_at=[60000]"};
    if (*traffic != '\0') settings.emplace_back(traffic);
    if (std::string(traffic).ends_with("compound")) settings.erase(settings.begin() + 2, settings.begin() + 6);
    Plan const plan = plan_of(sweep, settings);
    SweepSums const sums = testing::sums_of(plan, *make_cpu_backend(plan, 0, "", 64ULL << 20));
    Moments const& work = sums.scenarios[0].work_ms[0];

    double const n = plan.realizations;
    double const mean = static_cast<double>(work.sum) / n;
    double const error = std::sqrt((static_cast<double>(work.square) / n - mean * mean) / n);
    EXPECT_NEAR(mean, plan.expected_work_ms(0, plan.services[0]), 5 * error) << traffic;  // false alarm below 1e-6 each
    EXPECT_LT(error, 0.02 * mean);  // and a correlation left out would show: it moves the mean by 20% and 13%
  }
}

}  // namespace
}  // namespace fleetcast
