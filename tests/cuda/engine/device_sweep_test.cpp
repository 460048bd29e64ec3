// On a GPU: whole sweeps give the oracle's digests, whatever the tile and the token path.
#include <gtest/gtest.h>

#include "host/commands/golden_sweeps.hpp"
#include "tests/reference/oracle.hpp"
#include "tests/reference/sweeps.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

using testing::digest_of;
using testing::plan_of;

class DeviceSweepTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (cuda_devices().empty()) GTEST_SKIP() << "no CUDA device on this machine";
  }
};

TEST_F(DeviceSweepTest, GivesTheGoldenDigestsInSmallAndLargeTiles) {
  for (auto const& sweep : golden_sweeps) {
    Plan const plan = plan_of(sweep.toml);

    for (std::uint64_t const mib : {2, 8, 512})
      EXPECT_EQ(digest_of(plan, *make_cuda_backend(plan, mib << 20, 0, TokenPath::fused)), sweep.digest) << sweep.name;
    EXPECT_EQ(digest_of(plan, *make_cuda_backend(plan, 64ULL << 20, 0, TokenPath::plain)), sweep.digest) << sweep.name << ", plain path";
  }
}

TEST_F(DeviceSweepTest, MeetsTheOracleInEveryCorner) {
  for (auto const& sweep : testing::corner_sweeps) {
    Plan const plan = plan_of(sweep.toml);

    EXPECT_EQ(digest_of(plan, *make_cuda_backend(plan, 16ULL << 20, 0, TokenPath::fused)), digest(plan, reference::run(plan)).hex()) << sweep.name;
  }
}

}  // namespace
}  // namespace fleetcast
