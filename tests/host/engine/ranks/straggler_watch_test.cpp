#include "host/engine/ranks/straggler_watch.hpp"

#include <gtest/gtest.h>

namespace fleetcast {
namespace {

using Time = StragglerWatch::Time;

Time at(double seconds) { return Time{} + std::chrono::duration_cast<Time::duration>(std::chrono::duration<double>(seconds)); }

/// Rank 1 has done nine tiles of `seconds` each from the start.
StragglerWatch watch_of_tiles(double seconds) {
  StragglerWatch watch(3);
  for (int tile = 0; tile < 9; ++tile) {
    watch.dealt(1, at(tile * seconds));
    watch.back(1, 1, at((tile + 1) * seconds));
  }
  return watch;
}

TEST(StragglerWatch, NamesWhoTakesTenTimesAsLongOnce) {
  StragglerWatch watch = watch_of_tiles(8);
  watch.dealt(2, at(100));

  EXPECT_TRUE(watch.late(at(180)).empty());
  auto const late = watch.late(at(181));

  ASSERT_EQ(late.size(), 1);
  EXPECT_EQ(late[0].rank, 2);
  EXPECT_DOUBLE_EQ(late[0].waited.count(), 81);
  EXPECT_DOUBLE_EQ(late[0].median.count(), 8);
  EXPECT_TRUE(watch.late(at(1000)).empty());
}

TEST(StragglerWatch, NobodyIsLateWithinAMinute) {
  StragglerWatch watch = watch_of_tiles(0.01);
  watch.dealt(2, at(1));
  EXPECT_TRUE(watch.late(at(61)).empty());
  EXPECT_EQ(watch.late(at(61.1)).size(), 1);
}

TEST(StragglerWatch, WhoHasNothingIsNotLate) {
  StragglerWatch watch = watch_of_tiles(1);
  watch.dealt(2, at(10));
  watch.back(2, 1, at(11));
  watch.dealt(1, at(12));
  watch.gone(1);
  EXPECT_TRUE(watch.late(at(1000)).empty());
}

TEST(StragglerWatch, WorkersOfARankAreToldApart) {
  StragglerWatch watch = watch_of_tiles(1);
  watch.dealt(2, at(10));
  watch.dealt(2, at(60));
  watch.back(2, 1, at(61));
  EXPECT_TRUE(watch.late(at(75)).empty()) << "the second of the two was dealt at 60 s";
  EXPECT_EQ(watch.late(at(121)).size(), 1);
}

}  // namespace
}  // namespace fleetcast
