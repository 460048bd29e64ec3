// On a GPU: whole sweeps give the oracle's digests, whatever the tile and the token path. A test a sweep, so that each can have a process of its own:
// a device that has failed once answers nothing more.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <ostream>

#include "cuda/model/rows.cuh"
#include "host/commands/golden_sweeps.hpp"
#include "host/engine/tile_shape.hpp"
#include "tests/reference/oracle.hpp"
#include "tests/reference/sweeps.hpp"
#include "tests/support.hpp"

namespace fleetcast {

void PrintTo(GoldenSweep const& sweep, std::ostream* out) { *out << sweep.name; }
namespace testing {
void PrintTo(CornerSweep const& sweep, std::ostream* out) { *out << sweep.name; }
}  // namespace testing

namespace {

using testing::CornerSweep;
using testing::digest_of;
using testing::plan_of;

/// Budgets that cut a plan into tiles of a few realizations with all slots, into single realizations with the fewest slots, and not at all.
std::vector<std::uint64_t> budgets(Plan const& plan) {
  return {TileShape{4, plan.table.slots, 0}.bytes(plan), TileShape{1, slot_alignment, 0}.bytes(plan), 512ULL << 20};
}

std::string test_name(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](unsigned char letter) { return std::isalnum(letter) == 0; }, '_');
  return name;
}

template <class Sweep>
class DeviceTest : public ::testing::TestWithParam<Sweep> {
 protected:
  void SetUp() override {
    if (cuda_devices().empty()) GTEST_SKIP() << "no CUDA device on this machine";
  }
};

using GoldenSweepTest = DeviceTest<GoldenSweep>;
using CornerSweepTest = DeviceTest<CornerSweep>;

TEST_P(GoldenSweepTest, GivesItsDigestInSmallAndLargeTiles) {
  Plan const plan = plan_of(GetParam().toml);

  for (std::uint64_t const memory : budgets(plan))
    EXPECT_EQ(digest_of(plan, *make_cuda_backend(plan, memory, 0, TokenPath::fused)), GetParam().digest) << memory << " bytes";
  EXPECT_EQ(digest_of(plan, *make_cuda_backend(plan, 64ULL << 20, 0, TokenPath::plain)), GetParam().digest) << "plain path";
}

TEST_P(CornerSweepTest, MeetsTheOracleInSmallAndLargeTiles) {
  Plan const plan = plan_of(GetParam().toml);
  std::string const expected = digest(plan, reference::run(plan)).hex();

  for (std::uint64_t const memory : budgets(plan))
    EXPECT_EQ(digest_of(plan, *make_cuda_backend(plan, memory, 0, TokenPath::fused)), expected) << memory << " bytes";
}

INSTANTIATE_TEST_SUITE_P(On, GoldenSweepTest, ::testing::ValuesIn(golden_sweeps), [](auto const& sweep) { return test_name(sweep.param.name); });
INSTANTIATE_TEST_SUITE_P(On, CornerSweepTest, ::testing::ValuesIn(testing::corner_sweeps),
                         [](auto const& sweep) { return test_name(sweep.param.name); });

/// Without a device: the budgets cut every sweep as they say.
TEST(DeviceBudgets, CutSweepsIntoTilesAndChunks) {
  for (auto const& sweep : golden_sweeps) {
    Plan const plan = plan_of(sweep.toml);
    auto const memory = budgets(plan);

    EXPECT_LT(cuda_tile(plan, memory[0]).realizations, plan.realizations) << sweep.name;
    EXPECT_EQ(cuda_tile(plan, memory[1]).realizations, 1U) << sweep.name;
    EXPECT_EQ(cuda_tile(plan, memory[1]).slots, std::min<std::uint32_t>(slot_alignment, plan.table.slots)) << sweep.name;
    EXPECT_EQ(cuda_tile(plan, memory[2]).realizations, plan.realizations) << sweep.name;
  }
}

}  // namespace
}  // namespace fleetcast
