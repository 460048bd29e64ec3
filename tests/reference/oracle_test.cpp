// Every way of computing a sweep equals the oracle, bit for bit.
#include "oracle.hpp"

#include <gtest/gtest.h>

#include "host/commands/golden_sweeps.hpp"
#include "host/engine/tile_shape.hpp"
#include "sweeps.hpp"
#include "tests/places.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

using testing::cpu_digest;
using testing::plan_of;

TEST(Oracle, GivesTheGoldenDigests) {
  for (auto const& sweep : golden_sweeps) {
    Plan const plan = plan_of(sweep.toml);

    EXPECT_EQ(digest(plan, reference::run(plan)).hex(), sweep.digest) << sweep.name;
  }
}

TEST(CpuBackend, MeetsTheOracleInEveryCornerAtEveryInstructionSet) {
  for (auto const& sweep : testing::corner_sweeps) {
    Plan const plan = plan_of(sweep.toml);
    std::string const expected = digest(plan, reference::run(plan)).hex();

    for (auto const& simd : simd_levels()) EXPECT_EQ(cpu_digest(plan, 2, simd), expected) << sweep.name << ", " << simd;
  }
}

TEST(CpuBackend, MeetsTheOracleOnTheSmokeSweep) {
  Plan const plan = make_plan(read_sweep(testing::source_path("sweeps/smoke.toml"), {}));

  EXPECT_EQ(cpu_digest(plan, 2), digest(plan, reference::run(plan)).hex());
}

TEST(CpuBackend, GivesOneDigestForAnyThreadsAndTileSizes) {
  for (auto const& sweep : golden_sweeps) {
    Plan const plan = plan_of(sweep.toml);

    for (int const threads : {1, 2, 3, 7}) EXPECT_EQ(cpu_digest(plan, threads), sweep.digest) << sweep.name << ", " << threads << " threads";
    // from one realization and sixteen slots at a time upward
    std::uint64_t const least = TileShape{1, slot_alignment, 64}.bytes(plan);
    for (std::uint64_t const share : {10, 13, 20, 50})
      EXPECT_EQ(cpu_digest(plan, 2, "", least * share / 10), sweep.digest) << sweep.name << ", " << least * share / 10 << " bytes";
  }
}

TEST(CpuBackend, RefusesAMemoryThatHoldsNoRealization) {
  Plan const plan = plan_of(golden_sweeps.front().toml);

  EXPECT_THROW(make_cpu_backend(plan, 1, "", 1000), std::runtime_error);
}

}  // namespace
}  // namespace fleetcast
