#include "host/stats/baseline_difference.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "hand_tallies.hpp"

namespace fleetcast {
namespace {

using testing::HandDay;

/// Two settings on the same days: the second pays more and violates on some of the days the first does.
struct Pair {
  std::vector<HandDay> baseline, other;
};

Pair pair(std::uint64_t seed, std::size_t n) {
  std::mt19937_64 random(seed);
  Pair days{std::vector<HandDay>(n), std::vector<HandDay>(n)};
  for (std::size_t i = 0; i < n; ++i) {
    auto const load = static_cast<std::int64_t>(random() % 1000);
    bool const storm = random() % 10 == 0;
    auto const lost = storm ? static_cast<std::int64_t>(1 + random() % 40) : 0;
    days.baseline[i] = {.billed = 5000 + load, .violated_requests = 2 * lost, .requests = 10000 + load, .violated_ticks = lost};
    days.other[i] = {.billed = 5200 + load + static_cast<std::int64_t>(random() % 21),
                     .violated_requests = lost,
                     .requests = 10000 + load,
                     .violated_ticks = (lost + 1) / 2};
  }
  return days;
}

CellTallies tallies(Pair const& days) {
  CellTallies t = testing::no_cells();
  testing::add_cell(t, days.baseline);
  testing::add_cell(t, days.other);
  testing::add_baseline(t, {days.baseline, days.other});
  return t;
}

TEST(BaselineDifference, IsThatOfEveryDay) {
  CellTallies const t = tallies(pair(1, 400));
  TallyEstimates estimates(t, 0.95);

  BaselineDifference const d = difference_to_baseline(t, estimates, 1);

  // 200 + 0 … 20: sd 6.06, a twentieth of it for 400 days
  EXPECT_NEAR(d.cost_usd.mean, 210, 5 * 0.303);
  EXPECT_NEAR(d.cost_usd.std_error, 0.303, 0.03);
  EXPECT_LT(d.violated_request_share.high, 0);
  EXPECT_LT(d.violated_share.high, 0);
}

TEST(BaselineDifference, IsNotMadeAcrossConditions) {
  CellTallies t = tallies(pair(1, 400));
  auto const is_known = [&](std::string const& key) {
    t.axes = {testing::hand_axis(key, {1, 2})};
    TallyEstimates estimates(t, 0.95);
    return !std::isnan(difference_to_baseline(t, estimates, 1).cost_usd.mean);
  };

  EXPECT_TRUE(is_known("autoscaler.step_up"));
  EXPECT_TRUE(is_known("price.gpus_per_replica"));
  EXPECT_FALSE(is_known("sla.ttft_ms"));
  EXPECT_FALSE(is_known("price.gpu_hour_usd"));
}

TEST(BaselineDifference, CoversTheTruthOfRareViolations) {
  // 40 storms of 400 days, 20.5 ticks lost of each in the mean: (lost + 1)/2 in whole ticks is 10.5 on average
  // 1000 repeats: at least 92.5%, less 4 standard errors of 0.8%
  int covered = 0;
  double const truth = 0.1 * (10.5 - 20.5) / 1440;
  for (std::uint64_t repeat = 0; repeat < 1000; ++repeat) {
    CellTallies const t = tallies(pair(repeat, 100));
    TallyEstimates estimates(t, 0.95);
    Estimate const e = difference_to_baseline(t, estimates, 1).violated_share;
    covered += e.low <= truth && truth <= e.high;
  }
  EXPECT_GT(covered / 1000.0, 0.892);
}

TEST(BaselineDifference, OfTheBaselineIsNothing) {
  CellTallies const t = tallies(pair(1, 100));
  TallyEstimates estimates(t, 0.95);

  BaselineDifference const d = difference_to_baseline(t, estimates, 0);

  for (Estimate const& e : {d.cost_usd, d.violated_share, d.violated_request_share}) {
    EXPECT_EQ(e.mean, 0);
    EXPECT_NEAR(e.low, 0, 1e-9);
    EXPECT_NEAR(e.high, 0, 1e-9);
  }
}

TEST(BaselineDifference, IsNotSaidWithoutABaselineOrItsRealizations) {
  CellTallies t = tallies(pair(1, 100));
  t.realizations[1] = 99;
  TallyEstimates estimates(t, 0.95);
  EXPECT_TRUE(std::isnan(difference_to_baseline(t, estimates, 1).cost_usd.mean));

  t.baseline.reset();
  EXPECT_TRUE(std::isnan(difference_to_baseline(t, estimates, 0).cost_usd.mean));
}

}  // namespace
}  // namespace fleetcast
