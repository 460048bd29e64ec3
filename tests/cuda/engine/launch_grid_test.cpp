// The kernel bodies, over the grids their launches use, give the oracle's digests.
#include <gtest/gtest.h>

#include "grid_backend.hpp"
#include "host/commands/golden_sweeps.hpp"
#include "tests/reference/oracle.hpp"
#include "tests/reference/sweeps.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

using testing::digest_of;
using testing::GridBackend;
using testing::plan_of;

TEST(KernelBodies, GiveTheGoldenDigestsWithRaggedTilesAndChunks) {
  for (auto const& sweep : golden_sweeps) {
    Plan const plan = plan_of(sweep.toml);
    GridBackend all_at_once(plan, plan.realizations, plan.table.slots);
    GridBackend ragged(plan, 4, 48);

    EXPECT_EQ(digest_of(plan, all_at_once), sweep.digest) << sweep.name;
    EXPECT_EQ(digest_of(plan, ragged), sweep.digest) << sweep.name;
  }
}

TEST(KernelBodies, MeetTheOracleInEveryCorner) {
  for (auto const& sweep : testing::corner_sweeps) {
    Plan const plan = plan_of(sweep.toml);
    GridBackend backend(plan, 33, 16);

    EXPECT_EQ(digest_of(plan, backend), digest(plan, reference::run(plan)).hex()) << sweep.name;
  }
}

}  // namespace
}  // namespace fleetcast
