#include "host/stats/decision.hpp"

#include <gtest/gtest.h>

#include "hand_tallies.hpp"

namespace fleetcast {
namespace {

using testing::HandDay;
using Cells = std::vector<std::uint64_t>;

/// n days of which `met` meet the objective; the cost goes up and down by one.
std::vector<HandDay> days(std::size_t n, std::size_t met, std::int64_t billed) {
  std::vector<HandDay> out(n);
  for (std::size_t i = 0; i < n; ++i) out[i] = {.billed = billed + (i % 2 == 0 ? 1 : -1), .met = i < met, .violated_requests = i < met ? 0 : 50};
  return out;
}

TEST(Decide, AnswersUnderEachCombinationOfConditions) {
  CellTallies t = testing::no_cells();
  t.axes = {testing::hand_axis("workload.requests_per_minute", {100, 200}), testing::hand_axis("autoscaler.scale_up_at", {1, 2, 3})};
  for (auto const& [met, cost] : {std::pair{1000, 30}, {1000, 20}, {100, 10}, {1000, 60}, {100, 40}, {100, 20}})
    testing::add_cell(t, days(1000, static_cast<std::size_t>(met), cost));

  Decisions const d = decide(t, DecisionScope(t.axes), 0.95, 0.95);

  EXPECT_EQ(d.choices, (std::vector<std::size_t>{1}));
  EXPECT_EQ(d.conditions, (std::vector<std::size_t>{0}));
  EXPECT_EQ(d.rule.family_size, 6u);  // what is said holds under both together
  ASSERT_EQ(d.by_condition.size(), 2u);
  EXPECT_EQ(d.by_condition[0].selection.chosen, 1u);
  EXPECT_EQ(d.by_condition[1].selection.chosen, 3u);
}

TEST(Decide, RanksTheChosenThenWhatKeepsThePromiseThenTheRest) {
  CellTallies t = testing::no_cells();
  t.axes = {testing::hand_axis("autoscaler.scale_up_at", {1, 2, 3, 4, 5})};
  for (auto const& [met, cost] : {std::pair{955, 30}, {1000, 40}, {945, 10}, {953, 20}, {948, 35}})
    testing::add_cell(t, days(1000, static_cast<std::size_t>(met), cost));

  EXPECT_EQ(decide(t, DecisionScope(t.axes), 0.95, 0.95).by_condition.front().ranked, (Cells{1, 3, 0, 4, 2}));
}

TEST(Decide, RanksTheLeastBadWhereNoneKeepsThePromise) {
  CellTallies t = testing::no_cells();
  t.axes = {testing::hand_axis("autoscaler.scale_up_at", {1, 2, 3})};
  for (auto const& [met, cost] : {std::pair{100, 30}, {300, 40}, {200, 10}}) testing::add_cell(t, days(1000, static_cast<std::size_t>(met), cost));

  auto const d = decide(t, DecisionScope(t.axes), 0.95, 0.95).by_condition.front();

  EXPECT_FALSE(d.selection.chosen);
  EXPECT_EQ(d.ranked, (Cells{1, 2, 0}));
  EXPECT_TRUE(d.outlook.empty());
}

TEST(Decide, PricesTheStricterObjectivesAlone) {
  CellTallies t = testing::no_cells();
  t.axes = {testing::hand_axis("autoscaler.scale_up_at", {1, 2})};
  t.stricter_objectives = {0.9, 0.99, 0.999};
  t.met_at.resize(3);
  testing::add_cell(t, days(1000, 1000, 20));
  testing::add_cell(t, days(1000, 1000, 40));
  t.met_at[2] = {960, 1000};

  auto const prices = decide(t, DecisionScope(t.axes), 0.95, 0.95).by_condition.front().prices;

  ASSERT_EQ(prices.size(), 2u);  // of 0.99, which is promised, and of 0.999
  EXPECT_EQ(prices[0].surely, 0u);
  EXPECT_EQ(prices[1].objective, 0.999);
  EXPECT_EQ(prices[1].surely, 1u);
  EXPECT_EQ(prices[1].by_estimate, 0u);
}

TEST(Decide, HasNothingToSayOfInvalidCells) {
  CellTallies t = testing::no_cells();
  t.axes = {testing::hand_axis("autoscaler.scale_up_at", {1})};
  testing::add_invalid_cell(t);

  Decisions const d = decide(t, DecisionScope(t.axes), 0.95, 0.95);

  EXPECT_EQ(d.rule.family_size, 0u);
  EXPECT_TRUE(d.by_condition.front().ranked.empty());
  EXPECT_TRUE(d.by_condition.front().prices.empty());
  EXPECT_TRUE(d.by_condition.front().front.front.empty());
}

}  // namespace
}  // namespace fleetcast
