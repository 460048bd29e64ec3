#include "host/report/best_so_far.hpp"

#include <gtest/gtest.h>

#include "host/report/setting_text.hpp"
#include "host/stats/cell_tallies.hpp"
#include "host/stats/decision.hpp"
#include "host/stats/tally_estimates.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

/// Two prices and seven thresholds on light traffic: some settings keep the promise, dearer and cheaper ones.
Plan small_sweep() {
  return testing::plan_of(R"(
    [sweep]
    realizations = 150
    minutes = 240
    [workload]
    requests_per_minute = 300
    [sla]
    reliability = 0.8
    [price]
    gpus_per_replica = 1
    [grid]
    "price.gpu_hour_usd" = [2, 3]
    "autoscaler.scale_up_at" = [130000, 150000, 180000, 210000, 240000, 300000, 900000]
  )");
}

TEST(BestSoFar, IsWhatTheFinishedRunChooses) {
  Plan const plan = small_sweep();
  SweepSums const sums = testing::sums_of(plan, *make_cpu_backend(plan, 1, "", 64ULL << 20));
  CellTallies const tallies = tally(plan, sums);
  Decisions const decisions = decide(tallies, DecisionScope(plan.axes), tallies.reliability, tallies.look_confidence);
  TallyEstimates estimates(tallies, tallies.look_confidence);

  auto const best = best_so_far(plan, sums, {});

  ASSERT_EQ(best.size(), 2U);
  for (std::size_t i = 0; i < best.size(); ++i) {
    auto const chosen = decisions.by_condition[i].selection.chosen;
    ASSERT_TRUE(chosen);
    EXPECT_EQ(best[i].settings, settings_json(plan.axes, *chosen));
    EXPECT_EQ(best[i].conditions, setting_text(plan.axes, {0}, *chosen));
    EXPECT_EQ(best[i].setting, setting_text(plan.axes, {1}, *chosen));
    EXPECT_EQ(best[i].cost_usd, estimates.cost_usd(*chosen).mean);
    EXPECT_EQ(best[i].cost_low_usd, estimates.cost_usd(*chosen).low);
    EXPECT_EQ(best[i].cost_high_usd, estimates.cost_usd(*chosen).high);
    EXPECT_EQ(best[i].period, "240 min");
  }
}

TEST(BestSoFar, PassesOverCellsThatLeftTheRace) {
  Plan const plan = small_sweep();
  SweepSums const sums = testing::sums_of(plan, *make_cpu_backend(plan, 1, "", 64ULL << 20));
  auto const before = best_so_far(plan, sums, {});
  std::vector<std::uint8_t> left(plan.cells, 0);
  for (std::uint64_t cell = 0; cell < plan.cells; ++cell)
    if (settings_json(plan.axes, cell) == before.front().settings) left[cell] = 1;

  auto const after = best_so_far(plan, sums, left);

  ASSERT_EQ(after.size(), 2U);
  EXPECT_GT(after.front().cost_usd, before.front().cost_usd);
  EXPECT_EQ(after.back().settings, before.back().settings);
}

TEST(BestSoFar, IsNothingBeforeAnythingIsDone) {
  Plan const plan = small_sweep();
  EXPECT_TRUE(best_so_far(plan, SweepSums(plan), {}).empty());
}

}  // namespace
}  // namespace fleetcast
