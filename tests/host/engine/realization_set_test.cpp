#include "host/engine/realization_set.hpp"

#include <gtest/gtest.h>

#include <random>

namespace fleetcast {
namespace {

using Spans = std::vector<RealizationSpan>;

TEST(RealizationSet, JoinsSpansThatTouchOrOverlap) {
  RealizationSet set;
  set.add({10, 20});
  set.add({30, 40});
  set.add({5, 5});
  EXPECT_EQ(set.spans(), (Spans{{10, 20}, {30, 40}}));
  set.add({20, 30});
  EXPECT_EQ(set.spans(), (Spans{{10, 40}}));
  set.add({0, 12});
  set.add({50, 60});
  EXPECT_EQ(set.spans(), (Spans{{0, 40}, {50, 60}}));
  EXPECT_EQ(set.size(), 50U);
  EXPECT_EQ(set.end(), 60U);
}

TEST(RealizationSet, SaysWhatIsMissing) {
  RealizationSet const set(Spans{{30, 40}, {10, 20}});
  EXPECT_EQ(set.missing({0, 50}), (Spans{{0, 10}, {20, 30}, {40, 50}}));
  EXPECT_EQ(set.missing({12, 35}), (Spans{{20, 30}}));
  EXPECT_EQ(set.missing({12, 20}), Spans{});
  EXPECT_TRUE(set.contains({12, 20}));
  EXPECT_FALSE(set.contains({12, 21}));
  EXPECT_EQ(RealizationSet().missing({3, 5}), (Spans{{3, 5}}));
}

TEST(RealizationSet, IsTheSetItStandsFor) {
  std::mt19937_64 random(7);
  for (int repeat = 0; repeat < 200; ++repeat) {
    std::vector<bool> in(64), other_in(64);
    RealizationSet set, other;
    for (int i = 0; i < 12; ++i) {
      bool const first = i % 2 == 0;
      std::uint64_t const from = random() % 64, to = std::min<std::uint64_t>(64, from + random() % 10);
      (first ? set : other).add({from, to});
      for (std::uint64_t r = from; r < to; ++r) (first ? in : other_in)[r] = true;
    }
    RealizationSet const common = set.common(other);
    for (std::uint64_t r = 0; r < 64; ++r) {
      ASSERT_EQ(set.contains({r, r + 1}), in[r]);
      ASSERT_EQ(common.contains({r, r + 1}), in[r] && other_in[r]);
    }
    for (std::size_t i = 1; i < set.spans().size(); ++i) ASSERT_LT(set.spans()[i - 1].last, set.spans()[i].first);
    RealizationSet both = set;
    both.add(other);
    ASSERT_EQ(both.size(), set.size() + other.size() - common.size());
  }
}

}  // namespace
}  // namespace fleetcast
