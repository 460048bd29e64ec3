#include "host/commands/run/time_limit.hpp"

#include <gtest/gtest.h>

namespace fleetcast {
namespace {

using Seconds = TimeLimit::Seconds;

TimeLimit limit_of(double seconds, double passed) {
  return {TimeLimit::Clock::now() - std::chrono::duration_cast<TimeLimit::Clock::duration>(Seconds(passed)), Seconds(seconds)};
}

TEST(TimeLimit, IsNeverNearBeforeATileIsDone) {
  TimeLimit limit = limit_of(10, 20);

  EXPECT_FALSE(limit.is_near());
  limit.tile_done(0.001);
  EXPECT_TRUE(limit.is_near());
  EXPECT_TRUE(limit.is_over());
}

// 5 s of 1000 are in reserve; machines may be busy, so that each test has some seconds to spare
TEST(TimeLimit, LeavesTimeForTheLongestTileAndHalfAsMuchAgain) {
  TimeLimit soon = limit_of(1000, 845), now = limit_of(1000, 845);

  soon.tile_done(90);
  now.tile_done(100);

  EXPECT_FALSE(soon.is_near());
  EXPECT_TRUE(now.is_near());
  EXPECT_FALSE(now.is_over());
}

TEST(TimeLimit, IsNotLedAstrayByFasterWorkers) {
  TimeLimit limit = limit_of(1000, 845);

  limit.tile_done(100);
  for (int tile = 0; tile < 1000; ++tile) limit.tile_done(0.01);

  EXPECT_TRUE(limit.is_near());
}

TEST(TimeLimit, LeavesTimeForAllThatLiesBetweenATileAndTheEndOfASave) {
  TimeLimit soon = limit_of(1000, 845), now = limit_of(1000, 845);
  auto const tile = TimeLimit::Clock::now();

  soon.tile_done(0.01, tile);
  soon.saved(tile + std::chrono::seconds(90));
  now.tile_done(0.01, tile);
  now.saved(tile + std::chrono::seconds(100));

  EXPECT_FALSE(soon.is_near());
  EXPECT_TRUE(now.is_near());
}

TEST(TimeLimit, TakesNoTimeBeforeThisProcessForASave) {
  TimeLimit limit = limit_of(1000, 500);

  limit.saved();  // before any tile
  limit.tile_done(0.01);

  EXPECT_FALSE(limit.is_near());
}

TEST(TimeLimit, IsNeverNearWithoutOne) {
  TimeLimit limit(TimeLimit::Clock::now() - std::chrono::hours(1000), {});

  limit.tile_done(1000);

  EXPECT_FALSE(limit.is_near());
  EXPECT_FALSE(limit.is_over());
}

}  // namespace
}  // namespace fleetcast
