#include "host/commands/time_limit.hpp"

#include <gtest/gtest.h>

#include <thread>

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

TEST(TimeLimit, LeavesTimeForTheLongestTileAndHalfAsMuchAgain) {
  TimeLimit soon = limit_of(100, 84.5), now = limit_of(100, 84.5);

  soon.tile_done(9);
  now.tile_done(10);

  EXPECT_FALSE(soon.is_near()) << "84.5 s, 13.5 s of a tile and 1 s in reserve";
  EXPECT_TRUE(now.is_near());
  EXPECT_FALSE(now.is_over());
}

TEST(TimeLimit, IsNotLedAstrayByFasterWorkers) {
  TimeLimit limit = limit_of(100, 84.5);

  limit.tile_done(10);
  for (int tile = 0; tile < 1000; ++tile) limit.tile_done(0.01);

  EXPECT_TRUE(limit.is_near());
}

TEST(TimeLimit, LeavesTimeForWhatLiesBetweenTheLastTileAndASave) {
  TimeLimit limit = limit_of(100, 98.5);

  limit.tile_done(0.01);
  EXPECT_FALSE(limit.is_near());
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  limit.saved();

  EXPECT_TRUE(limit.is_near()) << "98.9 s, 0.6 s of a save and 1 s in reserve";
}

TEST(TimeLimit, IsNeverNearWithoutOne) {
  TimeLimit limit(TimeLimit::Clock::now() - std::chrono::hours(1000), {});

  limit.tile_done(1000);

  EXPECT_FALSE(limit.is_near());
  EXPECT_FALSE(limit.is_over());
}

}  // namespace
}  // namespace fleetcast
