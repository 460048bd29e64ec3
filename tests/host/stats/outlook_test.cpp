#include "host/stats/outlook.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>

#include "hand_tallies.hpp"

namespace fleetcast {
namespace {

using testing::HandDay;

constexpr SelectionRule rule{0.95, 0.05};

CellTallies cells(std::size_t n, std::vector<std::tuple<std::size_t, std::int64_t, std::int64_t>> const& met_cost_spread) {
  std::mt19937_64 random(3);
  CellTallies t = testing::no_cells();
  for (auto const& [met, cost, spread] : met_cost_spread) {
    std::vector<HandDay> days(n);
    for (std::size_t i = 0; i < n; ++i)
      days[i] = {.billed = cost + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(2 * spread + 1)) - spread, .met = i < met};
    testing::add_cell(t, days);
  }
  return t;
}

std::vector<OutlookStep> outlook_of(CellTallies const& t) {
  std::vector<std::uint64_t> numbers(t.valid.size());
  std::iota(numbers.begin(), numbers.end(), 0);
  return outlook(t, rule, select(t, rule, numbers), numbers, 0.01);
}

TEST(Outlook, BeginsWithTheSelectionAsItStands) {
  CellTallies const t = cells(1000, {{1000, 100, 5}, {955, 80, 5}});

  auto const steps = outlook_of(t);

  EXPECT_EQ(steps.front().realizations, 1000);
  EXPECT_EQ(steps.front().chosen, 0u);
  EXPECT_EQ(steps.front().not_excluded, 1u);
}

TEST(Outlook, FindsWhenACheaperCellWouldBeProved) {
  // 960 of 1000: ln(1/level)/KL(0.96‖0.95) with level 0.05/2/2 and KL = 0.96 ln(0.96/0.95) + 0.04 ln(0.04/0.05) = 0.00111: 3944 realizations
  CellTallies const t = cells(1000, {{1000, 100, 5}, {960, 80, 5}});

  auto const steps = outlook_of(t);

  ASSERT_EQ(steps.size(), 3u);
  EXPECT_EQ(steps[1].realizations, 2000);
  EXPECT_EQ(steps[1].chosen, 0u);
  EXPECT_EQ(steps[2].realizations, 5000);
  EXPECT_EQ(steps[2].chosen, 1u);
  EXPECT_EQ(steps[2].not_excluded, 0u);
  EXPECT_TRUE(is_settled(t, steps[2], 0.01));
}

TEST(Outlook, NarrowsCostsWithTheRootOfRealizations) {
  // both keep the promise surely; costs can't be told apart yet
  CellTallies const t = cells(100, {{100, 1000, 400}, {100, 1001, 400}});

  auto const steps = outlook_of(t);

  ASSERT_GE(steps.size(), 2u);
  EXPECT_LT(steps.back().largest_saving_usd, 10.1);
}

TEST(Outlook, OfASettledChoiceIsOneStep) {
  CellTallies const t = cells(1000, {{1000, 100, 1}, {1000, 500, 1}});

  EXPECT_EQ(outlook_of(t).size(), 1u);
}

TEST(Outlook, IsEmptyWhereAllAreExcluded) {
  CellTallies const t = cells(1000, {{100, 100, 1}, {200, 500, 1}});

  EXPECT_TRUE(outlook_of(t).empty());
}

TEST(Outlook, EndsUnsettledWhereTheTruthLiesOnTheLine) {
  // 950 of 1000 asked for: no number of realizations tells
  CellTallies const t = cells(1000, {{950, 80, 5}});

  auto const steps = outlook_of(t);

  EXPECT_EQ(steps.back().realizations, 1e6);
  EXPECT_FALSE(steps.back().chosen);
  EXPECT_TRUE(std::isinf(steps.back().largest_saving_usd));
}

}  // namespace
}  // namespace fleetcast
