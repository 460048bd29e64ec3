#include "host/fit/trace/bin_sums.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace fleetcast {
namespace {

TEST(BinSums, HoldWhatAMapHoldsInWhateverOrderBinsCome) {
  std::mt19937 draw(1);
  BinSums sums;
  std::map<std::int64_t, double> expected;
  for (int i = 0; i < 2000; ++i) {
    std::int64_t const bin = static_cast<std::int64_t>(draw() % 4000) - 2500;
    ASSERT_TRUE(sums.reach(bin));
    sums.add(bin, 1, static_cast<std::uint64_t>(i), 3);
    expected[bin] += 1;
  }

  std::int64_t const first = sums.first();
  EXPECT_EQ(first, expected.begin()->first);
  EXPECT_EQ(sums.last(), expected.rbegin()->first);
  auto const all = sums.take();
  ASSERT_EQ(all.requests.size(), static_cast<std::size_t>(expected.rbegin()->first - first + 1));
  for (std::size_t i = 0; i < all.requests.size(); ++i) {
    auto const found = expected.find(first + static_cast<std::int64_t>(i));
    ASSERT_EQ(all.requests[i], found == expected.end() ? 0.0 : found->second);
    ASSERT_EQ(all.completion_tokens[i], 3 * static_cast<std::uint64_t>(all.requests[i]));
  }
}

TEST(BinSums, CreepBackwardsAtLittleCost) {
  BinSums sums;  // moving all sums for each of these would take minutes
  for (std::int64_t bin = 0; bin > -200000; --bin) ASSERT_TRUE(sums.reach(bin));

  EXPECT_EQ(sums.take().requests.size(), 200000U);
}

TEST(BinSums, RefuseMoreThanTheyMayHold) {
  BinSums sums;
  ASSERT_TRUE(sums.reach(-5));
  EXPECT_FALSE(sums.reach(BinSums::most_bins));
  EXPECT_FALSE(sums.reach(-5 - BinSums::most_bins));
  EXPECT_TRUE(sums.reach(BinSums::most_bins - 6));
}

}  // namespace
}  // namespace fleetcast
