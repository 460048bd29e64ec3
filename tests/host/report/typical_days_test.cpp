// Single realizations for a page: their order and their timelines, against the ledgers of a run.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "host/io/result_file.hpp"
#include "host/report/typical_days.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

using testing::plan_of;

constexpr char const* sweep = R"(
[sweep]
realizations = 20
minutes = 181
warmup_minutes = 20
[workload]
requests_per_minute = 300
drift_log_sd = 0.5
burst_cv = 0.3
[autoscaler]
initial_replicas = 3
[price]
gpu_hour_usd = 2.0
gpus_per_replica = 4
)";

std::atomic<bool> const never{false};

std::vector<std::int64_t> entry_of(Plan const& plan, Entry entry) {
  RawLedgers raw(plan, 1ULL << 24);
  auto const backend = make_cpu_backend(plan, 1, "", 1ULL << 24);
  run_plan(plan, *backend, never, {}, &raw);
  auto const values = raw.entry(static_cast<std::uint32_t>(entry));
  return {values.begin(), values.end()};
}

TEST(TypicalDays, RealizationsAreOrderedByWhatTheyViolateThenByCost) {
  Plan const plan = plan_of(sweep);
  auto const violated = entry_of(plan, Entry::violated_requests);
  auto const billed = entry_of(plan, Entry::billed_replica_ticks);

  auto const [order, billed_ticks] = rank_realizations(plan, *make_cpu_backend(plan, 1, "", 1ULL << 24), never);

  ASSERT_EQ(order.size(), 20U);
  EXPECT_LT(violated[order.front()], violated[order.back()]);
  for (std::size_t i = 1; i < order.size(); ++i)
    EXPECT_LT(std::tuple(violated[order[i - 1]], billed[order[i - 1]]), std::tuple(violated[order[i]], billed[order[i]]));
  EXPECT_TRUE(billed_ticks == std::accumulate(billed.begin(), billed.end(), std::int64_t{0}));
}

TEST(TypicalDays, StoppedThereIsNoOrder) {
  std::atomic<bool> const stopped{true};
  Plan const plan = plan_of(sweep);

  EXPECT_TRUE(rank_realizations(plan, *make_cpu_backend(plan, 1, "", 1ULL << 24), stopped).order.empty());
}

TEST(TypicalDays, ATimelineInBlocksAddsUpToTheLedger) {
  Plan const plan = plan_of(sweep);
  std::uint64_t const realization = 7;
  auto const billed = entry_of(plan, Entry::billed_replica_ticks)[realization];

  RealizationTimeline const timeline = timeline_of(plan, realization, 50);  // 181 ticks in blocks of 4, the last of 1

  ASSERT_EQ(timeline.billed.size(), 46U);
  EXPECT_EQ(timeline.block_minutes, 4.0);
  double ticks = 0;
  for (std::size_t block = 0; block < 46; ++block) ticks += static_cast<double>(timeline.billed[block]) * (block == 45 ? 1 : 4);
  EXPECT_NEAR(ticks, static_cast<double>(billed), 1e-3);  // means are floats: 2^-24 of some hundreds each
  EXPECT_NEAR(timeline.cost_usd, static_cast<double>(billed) * 4 * 2.0 / 60, 1e-9);
}

TEST(TypicalDays, ABlockViolatesWhereAnyOfItsTicksDoes) {
  Plan const plan = plan_of(sweep);
  auto const order = rank_realizations(plan, *make_cpu_backend(plan, 1, "", 1ULL << 24), never).order;

  RealizationTimeline const by_tick = timeline_of(plan, order.back(), 181);
  RealizationTimeline const by_block = timeline_of(plan, order.back(), 46);

  EXPECT_GT(by_tick.violated_share, 0.0);
  for (std::size_t block = 0; block < by_block.violated.size(); ++block) {
    auto const first = by_tick.violated.begin() + static_cast<std::ptrdiff_t>(4 * block);
    auto const last = std::min(first + 4, by_tick.violated.end());
    EXPECT_EQ(by_block.violated[block], *std::max_element(first, last)) << block;
    auto const worst = by_tick.ttft_ms.begin() + static_cast<std::ptrdiff_t>(4 * block);
    EXPECT_EQ(by_block.ttft_ms[block], *std::max_element(worst, worst + (last - first))) << block;
  }
}

}  // namespace
}  // namespace fleetcast
