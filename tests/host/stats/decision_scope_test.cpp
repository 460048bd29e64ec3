#include "host/stats/decision_scope.hpp"

#include <gtest/gtest.h>

#include "hand_tallies.hpp"

namespace fleetcast {
namespace {

using testing::hand_axis;
using Cells = std::vector<std::uint64_t>;

// 2 × 3 × 2 cells: 0 … 11
std::vector<Axis> const axes{hand_axis("workload.requests_per_minute", {60, 240}), hand_axis("autoscaler.scale_up_at", {1, 2, 3}),
                             hand_axis("sla.objective", {0.99, 0.999})};

TEST(DecisionScope, ChoosesUnderEachCombinationOfConditions) {
  auto const groups = DecisionScope(axes).by_condition(axes);

  ASSERT_EQ(groups.size(), 4u);
  EXPECT_EQ(groups[0].cells, (Cells{0, 2, 4}));
  EXPECT_EQ(groups[1].cells, (Cells{1, 3, 5}));
  EXPECT_EQ(groups[3].cells, (Cells{7, 9, 11}));
  EXPECT_EQ(groups[3].position, (std::vector<std::size_t>{1, 0, 1}));
}

TEST(DecisionScope, TellsConditionsFromChoices) {
  for (auto const* const key : {"workload.class.0.share", "sla.ttft_ms", "price.gpu_hour_usd"}) EXPECT_TRUE(is_condition(hand_axis(key, {1})));
  for (auto const* const key : {"price.gpus_per_replica", "service.startup_seconds", "autoscaler.step_up"})
    EXPECT_FALSE(is_condition(hand_axis(key, {1})));
}

TEST(DecisionScope, LeavesWhatIsKept) {
  DecisionScope scope(axes);
  EXPECT_TRUE(scope.is_whole(axes));
  scope.kept[0] = {1};
  scope.kept[1] = {0, 2};
  scope.kept[2] = {1};

  auto const groups = scope.by_condition(axes);

  EXPECT_FALSE(scope.is_whole(axes));
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].cells, (Cells{7, 11}));
  EXPECT_EQ(groups[0].position, (std::vector<std::size_t>{1, 0, 1}));
  EXPECT_EQ(scope.open_choices(axes), (std::vector<std::size_t>{1}));
  EXPECT_TRUE(scope.open_conditions(axes).empty());
}

TEST(DecisionScope, OfNoAxesIsTheOneCell) {
  auto const groups = DecisionScope({}).by_condition({});

  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].cells, Cells{0});
}

TEST(CellPosition, CountsTheLastAxisFastest) {
  EXPECT_EQ(cell_position(axes, 0), (std::vector<std::size_t>{0, 0, 0}));
  EXPECT_EQ(cell_position(axes, 9), (std::vector<std::size_t>{1, 1, 1}));
}

}  // namespace
}  // namespace fleetcast
