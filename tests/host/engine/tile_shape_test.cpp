#include "host/engine/tile_shape.hpp"

#include <gtest/gtest.h>

#include "host/config/error.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

using testing::plan_of;

constexpr std::uint64_t mebibyte = 1ULL << 20;

TEST(TileShape, StaysWithinTheBudgetWhateverTheSweep) {
  for (auto const* grid : {"", "\"sla.ttft_ms\" = { from = 300, to = 900, count = 5000 }", "\"service.startup_seconds\" = [60, 3600]"}) {
    Plan const plan = plan_of("[sweep]\nrealizations = 100000\n[autoscaler]\nsignal = \"utilization\"\nscale_up_at = 2\nscale_down_at = 1\n[grid]\n" +
                              std::string(grid) + "\n");
    for (std::uint64_t const budget : {48 * mebibyte, 256 * mebibyte, 1024 * mebibyte}) {
      EXPECT_LE(cpu_tile(plan, budget, 8).bytes(plan), budget) << grid;
      EXPECT_LE(cuda_tile(plan, budget).bytes(plan), budget) << grid;
    }
  }
}

TEST(TileShape, GivesUpRealizationsBeforeSlotsWhereRowsAreLarge) {
  // a year of ten-second ticks: 80 MiB of rows a realization
  Plan const plan = plan_of(
      "[sweep]\ndays = 365\ntick_seconds = 10\nrealizations = 50\n[autoscaler]\nmax_replicas = 8\n[grid]\n"
      "\"sla.ttft_ms\" = { from = 300, to = 900, count = 4096 }\n");

  TileShape const shape = cuda_tile(plan, 256 * mebibyte);

  EXPECT_GE(shape.slots, 256U);
  EXPECT_LE(shape.bytes(plan), 256 * mebibyte);
}

TEST(TileShape, RefusesABudgetBelowOneRealization) {
  Plan const plan = plan_of("[sweep]\ndays = 365\ntick_seconds = 1\n[autoscaler]\nmax_replicas = 8\n");

  EXPECT_THROW(cpu_tile(plan, 64 * mebibyte, 1), Error);
  EXPECT_THROW(cuda_tile(plan, 64 * mebibyte), Error);
}

TEST(TileShape, LastTilesTakeACoreSomeHundredthsOfASecond) {
  auto const of = [](std::string const& sweep) {
    return smallest_tile(plan_of(sweep + "[grid]\n\"sla.ttft_ms\" = { from = 300, to = 900, count = 4096 }\n"));
  };
  EXPECT_EQ(of(""), 8U);
  EXPECT_EQ(of("[sweep]\nminutes = 360\n"), 16U);  // 2^25 / (4096 · 360) is 22
  EXPECT_EQ(of("[sweep]\nminutes = 60\n"), 32U);
  EXPECT_EQ(smallest_tile(plan_of("")), 32U);  // walked with a realization in each lane
}

}  // namespace
}  // namespace fleetcast
