#include "host/stats/tick_refinement.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "host/config/error.hpp"
#include "host/engine/cell_config.hpp"
#include "host/engine/demand_series.hpp"
#include "host/report/refinement_report.hpp"
#include "host/stats/quantities.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

using testing::plan_of;

// two scenarios, bursts held for a minute; the cells of the first axis' second value see more traffic
constexpr char const* sweep = R"(
[sweep]
realizations = 3
minutes = 180
warmup_minutes = 30
[workload]
drift_log_sd = 0.3
burst_cv = 0.3
burst_seconds = 60
[service]
startup_seconds = 90
[autoscaler]
scale_down_at = 80000
[grid]
"workload.requests_per_minute" = [300, 600]
"autoscaler.scale_up_at" = [150000, 220000]
)";

std::vector<TickComparison> compare(Plan const& plan, std::vector<std::uint64_t> const& cells, std::uint32_t seconds = 10, int threads = 1) {
  std::atomic<bool> const never{false};
  return compare_ticks(plan, seconds, cells, {plan.realizations, threads}, never, [](double) {});
}

/// The quantities of a sweep of one cell, as a run tells them.
TickOutcome run_outcome(Plan const& plan) {
  auto const backend = make_cpu_backend(plan, 1, "", 64ULL << 20);
  SweepSums const sums = testing::sums_of(plan, *backend);
  CellStatistics const statistics(plan, sums);
  return {statistics.of(Quantity::cost_usd, 0).estimate.mean, statistics.of(statistics.promised_share(), 0).estimate.mean};
}

TEST(ShorterTick, IsASixthOrTheDivisorNearestToIt) {
  EXPECT_EQ(shorter_tick_seconds(60), 10U);
  EXPECT_EQ(shorter_tick_seconds(3600), 600U);
  EXPECT_EQ(shorter_tick_seconds(10), 2U);
  EXPECT_EQ(shorter_tick_seconds(15), 3U);
  EXPECT_EQ(shorter_tick_seconds(4), 1U);
  EXPECT_EQ(shorter_tick_seconds(7), 1U);
  EXPECT_EQ(shorter_tick_seconds(2), 1U);
  EXPECT_THROW(shorter_tick_seconds(1), Error);
}

TEST(CellConfig, PinsEveryAxis) {
  Plan const plan = plan_of(sweep, {"baseline.autoscaler.scale_up_at=220000"});

  Plan const cell = make_plan(cell_config(plan.config, plan.axes, cell_position(plan.axes, 2)));

  EXPECT_EQ(cell.cells, 1U);
  EXPECT_EQ(cell.config.workload.requests_per_minute, 600);
  EXPECT_EQ(cell.config.autoscaler.scale_up_at, 150000);
  EXPECT_EQ(cell.table.scale_up_at[cell.policies.front().slot], 150000);
}

TEST(LongerTicks, HoldWhatCame) {
  DemandSeries const series{2, {1, 2, 3, 4, 5, 6}, {10, 20, 30, 40, 50, 60}, {0, 1, 0, 1, 0, 1}};

  DemandSeries const longer = in_longer_ticks(series, 2);

  EXPECT_EQ(longer.warmup_ticks, 1U);
  EXPECT_EQ(longer.requests, (std::vector<std::uint32_t>{3, 7, 11}));
  EXPECT_EQ(longer.prompt_tokens, (std::vector<std::uint64_t>{30, 70, 110}));
  EXPECT_EQ(longer.completion_tokens, (std::vector<std::uint64_t>{1, 1, 1}));
}

TEST(LongerTicks, RefuseMoreRequestsThanATickCanCount) {
  DemandSeries const series{0, {1U << 30, 1U << 30}, {1, 1}, {1, 1}};

  EXPECT_THROW(in_longer_ticks(series, 2), Error);
}

TEST(CompareTicks, GivesWhatARunInShorterTicksGives) {
  for (char const* per : {"sla.per=requests", "sla.per=minutes"}) {
    Plan const plan = plan_of(sweep, {per});

    auto const comparisons = compare(plan, {3, 0});

    for (std::size_t i = 0; i < 2; ++i) {
      SweepConfig config = cell_config(plan.config, plan.axes, cell_position(plan.axes, comparisons[i].cell));
      config.sweep.tick_seconds = 10;
      TickOutcome const run = run_outcome(make_plan(config));
      EXPECT_GT(run.violated_share, 0);
      EXPECT_DOUBLE_EQ(comparisons[i].at_shorter_tick.cost_usd, run.cost_usd);
      EXPECT_DOUBLE_EQ(comparisons[i].at_shorter_tick.violated_share, run.violated_share);
      EXPECT_EQ(comparisons[i].problem, "");
    }
    EXPECT_EQ(comparisons[0].cell, 3U);
    EXPECT_EQ(comparisons[1].cell, 0U);
  }
}

TEST(CompareTicks, AddsTheSameRequestsUpToTheSweepsTicks) {
  // one replica that forgets and never scales: a tick breaks the promise when its work exceeds a third of its time
  Plan const plan =
      plan_of(sweep, {"workload.requests_per_minute=60", "autoscaler.scale_up_at=1e9", "autoscaler.max_replicas=1", "service.backlog=false",
                      "service.ttft.curve=linear", "service.ttft.base_ms=200", "service.ttft.slope_ms=900", "sla.per=minutes"});
  SweepConfig config = cell_config(plan.config, plan.axes, cell_position(plan.axes, 0));
  config.sweep.tick_seconds = 10;
  Plan const shorter = make_plan(config);
  std::uint64_t above = 0;
  for (std::uint32_t r = 0; r < 3; ++r) {
    DemandSeries const fine = draw_demand(shorter, 0, r);
    for (std::size_t minute = 30; minute < 210; ++minute) {
      double prompt = 0, completion = 0;
      for (std::size_t tick = 6 * minute; tick < 6 * minute + 6; ++tick) {
        prompt += static_cast<double>(fine.prompt_tokens[tick]);
        completion += static_cast<double>(fine.completion_tokens[tick]);
      }
      above += prompt / 8000 + completion / 1200 > 20.0;
    }
  }
  ASSERT_GT(above, 20U);
  ASSERT_LT(above, 520U);

  auto const comparison = compare(plan, {0}).front();

  EXPECT_DOUBLE_EQ(comparison.at_tick.violated_share, static_cast<double>(above) / 540);
  EXPECT_DOUBLE_EQ(comparison.at_tick.cost_usd, 3 * 2.99);
}

TEST(CompareTicks, IsTheSameOnAnyNumberOfThreads) {
  Plan const plan = plan_of(sweep);

  auto const one = compare(plan, {0, 1, 2, 3}, 20, 1);
  auto const three = compare(plan, {0, 1, 2, 3}, 20, 3);

  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(one[i].at_tick.violated_share, three[i].at_tick.violated_share);
    EXPECT_EQ(one[i].at_shorter_tick.violated_share, three[i].at_shorter_tick.violated_share);
    EXPECT_EQ(one[i].at_shorter_tick.cost_usd, three[i].at_shorter_tick.cost_usd);
  }
}

TEST(CompareTicks, SaysWhichSettingsCannotRunInShorterTicks) {
  // 200 minutes of 10 s are more ticks than a window of utilizations may have
  Plan const plan = plan_of(sweep, {"autoscaler.signal=utilization", "autoscaler.scale_down_at=0.2", "autoscaler.window_minutes=200",
                                    "grid.autoscaler.scale_up_at=[0.5, 0.8]"});

  auto const comparison = compare(plan, {1}).front();

  EXPECT_NE(comparison.problem.find("window_minutes of 1200 ticks is too long"), std::string::npos) << comparison.problem;
}

TEST(CompareTicks, StopsWhenAsked) {
  Plan const plan = plan_of(sweep);
  std::atomic<bool> const stop{true};

  EXPECT_TRUE(compare_ticks(plan, 10, {0, 1}, {3, 1}, stop, [](double) { FAIL(); }).empty());
}

// ---- What is told ----

TickComparison outcome(double at_tick, double at_shorter_tick) { return {0, "", {100, at_tick}, {100, at_shorter_tick}}; }

TEST(Factor, AboveOneAndAHalfEitherWayIsAWarning) {
  EXPECT_DOUBLE_EQ(outcome(0.01, 0.015).factor(), 1.5);
  EXPECT_TRUE(outcome(0.01, 0.0151).is_warning());
  EXPECT_TRUE(outcome(0.0151, 0.01).is_warning());
  EXPECT_FALSE(outcome(0.0149, 0.01).is_warning());
}

TEST(Factor, OfNoViolationsAtAllIsOne) {
  EXPECT_EQ(outcome(0, 0).factor(), 1);
  EXPECT_TRUE(std::isinf(outcome(0, 0.01).factor()));
  EXPECT_TRUE(outcome(0, 0.01).is_warning());
  double const unknown = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(outcome(unknown, unknown).is_warning()) << "no requests came";
}

TEST(RefinementReport, TellsBothSharesAndWarns) {
  Plan const plan = plan_of(sweep, {"sla.per=minutes"});
  RefinementReport const report{plan, 10, 32, {outcome(0.02, 0.05), outcome(0, 0.001), outcome(0.02, 0.02), {1, "no such thing", {}, {}}}};

  std::string const text = report.text();
  EXPECT_NE(text.find("32 realizations of 180 min once in ticks of 60 s, as above, and once in ticks of 10 s"), std::string::npos) << text;
  EXPECT_NE(text.find("2.00%        5.00%   2.50× !"), std::string::npos) << text;
  EXPECT_NE(text.find("∞ !"), std::string::npos) << text;
  EXPECT_NE(text.find("no such thing"), std::string::npos) << text;
  EXPECT_NE(text.find("in 2 of 4 settings"), std::string::npos) << text;

  auto const json = report.json();
  EXPECT_EQ(json["tick_seconds"], 60);
  EXPECT_EQ(json["shorter_tick_seconds"], 10);
  EXPECT_EQ(json["realizations"], 32);
  EXPECT_EQ(json["warnings"], 2);
  EXPECT_EQ(json["settings"][0]["violated_share"]["shorter_tick"], 0.05);
  EXPECT_EQ(json["settings"][0]["settings"]["autoscaler.scale_up_at"], 150000);
  EXPECT_TRUE(json["settings"][0]["warning"]);
  EXPECT_TRUE(json["settings"][1]["violated_share"]["factor"].is_null());
  EXPECT_FALSE(json["settings"][2]["warning"]);
  EXPECT_TRUE(json["settings"][3]["violated_share"].is_null());
  EXPECT_EQ(json["settings"][3]["problem"], "no such thing");
}

TEST(RefinementReport, IsSilentWhereTheTickChangesLittle) {
  Plan const plan = plan_of(sweep);
  RefinementReport const report{plan, 10, 32, {outcome(0.02, 0.025)}};

  EXPECT_EQ(report.text().find("Warning"), std::string::npos);
  EXPECT_EQ(report.json()["warnings"], 0);
}

}  // namespace
}  // namespace fleetcast
