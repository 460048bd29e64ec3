#include <gtest/gtest.h>

#include "host/engine/plan_subset.hpp"
#include "host/engine/runner.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

using testing::looked_run;
using testing::plan_of;
using testing::sums_of;

constexpr std::uint64_t memory = 64ULL << 20;

/// Two scenarios, three groups of policies, a baseline, contradictory cells; looks at 50, 100, 200 and 230 realizations.
constexpr char const* sweep = R"(
[sweep]
realizations = 230
minutes = 60
warmup_minutes = 10
seed = 21
[workload]
requests_per_minute = 120
drift_log_sd = 0.5
[autoscaler]
max_replicas = 9
[baseline]
"autoscaler.scale_up_at" = 90000
"autoscaler.scale_down_at" = 30000
"service.startup_seconds" = 60
[search]
race = true
[grid]
"workload.burst_cv" = [0, 0.6]
"service.startup_seconds" = [0, 60, 300]
"autoscaler.scale_up_at" = [40000, 90000, 200000]
"autoscaler.scale_down_at" = [20000, 30000, 60000]
)";

RunState run_with(Plan const& plan, LookJudge const& judge, int threads = 1, std::uint64_t tiles = memory) {
  return looked_run(
      plan, [=](Plan const& left) { return make_cpu_backend(left, threads, "", tiles); }, judge);
}

SweepSums whole_run(char const* realizations) {
  Plan const plan = plan_of(sweep, {std::string("sweep.realizations=") + realizations});
  return sums_of(plan, *make_cpu_backend(plan, 1, "", memory));
}

void expect_same_cell(Plan const& plan, std::uint64_t cell, SweepSums const& got, SweepSums const& want) {
  std::uint32_t const scenario = plan.scenario_of(cell);
  std::uint32_t const slot = plan.policies[plan.policy_of(cell)].slot;
  CellSums const& a = got.cells[scenario];
  CellSums const& b = want.cells[scenario];
  EXPECT_EQ(a.realizations(slot), b.realizations(slot)) << cell;
  EXPECT_EQ(a.objective_met(slot), b.objective_met(slot)) << cell;
  for (std::uint32_t level = 0; level < plan.objective_levels.count; ++level)
    EXPECT_EQ(a.objective_met_at(level, slot), b.objective_met_at(level, slot)) << cell;
  for (std::uint32_t e = 0; e < fixed_entries; ++e) {
    EXPECT_EQ(a.sum(static_cast<Entry>(e), slot), b.sum(static_cast<Entry>(e), slot)) << cell << " " << e;
    EXPECT_EQ(a.square(static_cast<Entry>(e), slot), b.square(static_cast<Entry>(e), slot)) << cell << " " << e;
  }
  for (std::uint32_t p = 0; p < product_count; ++p) EXPECT_EQ(a.product(static_cast<Product>(p), slot), b.product(static_cast<Product>(p), slot));
  for (std::uint32_t e = 0; e < baseline_entries; ++e)
    EXPECT_EQ(a.baseline_product(static_cast<Entry>(e), slot), b.baseline_product(static_cast<Entry>(e), slot)) << cell << " " << e;
  for (std::uint32_t e = 0; e < extremes; ++e) {
    EXPECT_EQ(a.smallest(e, slot), b.smallest(e, slot)) << cell << " " << e;
    EXPECT_EQ(a.largest(e, slot), b.largest(e, slot)) << cell << " " << e;
  }
  EXPECT_TRUE(std::equal(a.billed_histogram(slot), a.billed_histogram(slot) + plan.billed_bins.count, b.billed_histogram(slot))) << cell;
  EXPECT_TRUE(std::equal(a.violated_histogram(slot), a.violated_histogram(slot) + plan.violated_bins.count, b.violated_histogram(slot))) << cell;
  EXPECT_EQ(got.scenario_of(scenario, a.realizations(slot)).requests.square, want.scenarios[scenario].requests.square) << cell;
}

TEST(Looks, ComeAtEachDoublingAndAtTheEnd) {
  EXPECT_EQ(plan_of(sweep).looks, (std::vector<std::uint64_t>{50, 100, 200, 230}));
  EXPECT_EQ(plan_of(sweep, {"search.race=false"}).looks, (std::vector<std::uint64_t>{230}));
  EXPECT_EQ(plan_of(sweep, {"sweep.realizations=50"}).looks, (std::vector<std::uint64_t>{50}));
}

TEST(Looks, EachSeeTheFirstRealizationsOfEveryCell) {
  Plan const plan = plan_of(sweep);
  std::vector<std::uint64_t> seen;

  RunState const run = run_with(plan, [&](SweepSums const& sums, std::uint32_t look) {
    seen.push_back(sums.realizations_done);
    EXPECT_EQ(look, seen.size());
    EXPECT_EQ(sums.cells[1].realizations(0), sums.realizations_done);
    return LookVerdict{look == 3, {}};
  });

  EXPECT_EQ(seen, (std::vector<std::uint64_t>{50, 100, 200}));
  SweepSums const want = whole_run("200");
  for (std::uint64_t cell = 0; cell < plan.cells; ++cell)
    if (plan.is_valid(cell)) expect_same_cell(plan, cell, run.sums, want);
}

/// Every third cell leaves at the first look, every fifth of the rest at the third.
LookVerdict some_leave(Plan const& plan, std::uint32_t look) {
  LookVerdict verdict{false, std::vector<std::uint8_t>(plan.cells, 0)};
  for (std::uint64_t cell = 0; cell < plan.cells; ++cell)
    verdict.leaving[cell] = (look == 1 && cell % 3 == 0) || (look == 3 && cell % 5 == 0) ? 1 : 0;
  return verdict;
}

TEST(Race, LeavesACellWithTheSumsOfItsFirstRealizations) {
  Plan const plan = plan_of(sweep);
  SweepSums const after_50 = whole_run("50");
  SweepSums const after_200 = whole_run("200");
  SweepSums const after_all = whole_run("230");

  RunState const run = run_with(plan, [&](SweepSums const&, std::uint32_t look) { return some_leave(plan, look); });

  std::uint64_t left = 0;
  for (std::uint64_t cell = 0; cell < plan.cells; ++cell) {
    if (!plan.is_valid(cell)) continue;
    bool const is_baseline = plan.policy_of(cell) == *plan.baseline;  // which all others are compared with
    SweepSums const& want = is_baseline ? after_all : cell % 3 == 0 ? after_50 : cell % 5 == 0 ? after_200 : after_all;
    expect_same_cell(plan, cell, run.sums, want);
    left += !is_baseline && (cell % 3 == 0 || cell % 5 == 0) ? 1 : 0;
  }
  EXPECT_GT(left, 10U);
  EXPECT_LT(run.effort.cell_realizations, plan.valid_cells() * 230);
}

TEST(Race, GivesTheSameDigestOnAnyNumberOfThreadsInTilesOfAnySize) {
  Plan const plan = plan_of(sweep);
  auto const judge = [&](SweepSums const&, std::uint32_t look) { return some_leave(plan, look); };
  std::string const want = digest(plan, run_with(plan, judge).sums).hex();

  EXPECT_EQ(digest(plan, run_with(plan, judge, 3).sums).hex(), want);
  EXPECT_EQ(digest(plan, run_with(plan, judge, 2, 1ULL << 19).sums).hex(), want);
  EXPECT_NE(digest(plan, run_with(plan, [](SweepSums const&, std::uint32_t) { return LookVerdict{}; }).sums).hex(), want);
}

TEST(Race, EndsWhenNobodyIsLeft) {
  Plan const plan = plan_of(sweep, {"grid.workload.burst_cv=[0]"});
  auto const all_leave = [&](SweepSums const&, std::uint32_t) { return LookVerdict{false, std::vector<std::uint8_t>(plan.cells, 1)}; };

  RunState const run = run_with(plan, all_leave);

  // nor does the baseline go on alone
  EXPECT_EQ(run.sums.realizations_done, 50U);
  EXPECT_EQ(run.effort.cell_realizations, plan.valid_cells() * 50);

  Plan const alone = plan_of(R"([sweep]
realizations = 120
minutes = 20
[search]
race = true
)");
  RunState const short_run = run_with(alone, [&](SweepSums const&, std::uint32_t) { return LookVerdict{false, {1}}; });
  EXPECT_EQ(short_run.sums.realizations_done, 50U);
}

TEST(Subset, OfAPlanKeepsWhatItKeeps) {
  Plan const plan = plan_of(sweep);
  std::vector<std::uint8_t> keep(plan.policies.size(), 0);
  keep[4] = keep[17] = 1;

  Plan const subset = keep_policies(plan, keep);

  EXPECT_EQ(subset.valid_cells(), 2U * 3U);  // two kept and the baseline, in two scenarios
  for (auto const& group : subset.groups) {
    EXPECT_EQ(group.first_slot % slot_alignment, 0U);
    EXPECT_EQ(group.slot_count % slot_alignment, 0U);
  }
  EXPECT_EQ(subset.table.slots, subset.groups.back().first_slot + subset.groups.back().slot_count);
  std::uint32_t const slot = subset.policies[17].slot;
  EXPECT_EQ(subset.table.scale_up_at[slot], plan.table.scale_up_at[plan.policies[17].slot]);
  EXPECT_EQ(subset.table.load_limits.size(), subset.table.slots * (1 + plan.levels));
}

}  // namespace
}  // namespace fleetcast
