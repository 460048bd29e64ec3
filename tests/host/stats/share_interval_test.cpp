#include "host/stats/share_interval.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include "host/stats/estimate.hpp"

namespace fleetcast {
namespace {

constexpr double tail = 0.025;

TEST(ShareInterval, OfNoViolationIsTheExactLimitOfViolatingRealizations) {
  Interval const ends = ShareIntervals(1000, tail)({0, 0, 0, 1});

  EXPECT_EQ(ends.low, 0);
  EXPECT_NEAR(ends.high, 1 - std::pow(0.025, 0.001), 1e-12);
}

TEST(ShareInterval, OfNothingButViolationsMirrorsThat) {
  Interval const ends = ShareIntervals(1000, tail)({1, 0, 1000, 1});

  EXPECT_NEAR(ends.low, std::pow(0.025, 0.001), 1e-12);
  EXPECT_EQ(ends.high, 1);
}

TEST(ShareInterval, OfNothingButViolationsIsThatWhateverTheRounding) {
  double const rounded = 1.0 / 98 * 98;
  ASSERT_LT(rounded, 1);

  EXPECT_NEAR(ShareIntervals(1000, tail)({rounded, 0, 1000, 1}).low, std::pow(0.025, 0.001), 1e-12);
}

TEST(ShareInterval, OfRealizationsThatAreAllAlikeIsAPoint) {
  Interval const ends = ShareIntervals(100, tail)({0.2, 0, 100, 1});

  EXPECT_EQ(ends.low, 0.2);
  EXPECT_EQ(ends.high, 0.2);
}

TEST(ShareInterval, HasTheLowerEndOfClopperAndPearsonTimesTheShareOfARareDay) {
  // 10 of 100,000 days lose a thousandth each: p(1 - p)/s² is 10/1e-7·(1 + 1e-4); t differs from normal by 1e-5
  std::uint64_t const n = 100000;
  Estimator const estimate(n, 0.95);
  double const days = 10.0 / static_cast<double>(n);
  Interval const ends = ShareIntervals(n, tail)({0.001 * days, 0.001 * std::sqrt(days * (1 - days) / static_cast<double>(n)), 10, 1});

  EXPECT_NEAR(ends.low / (0.001 * estimate.proportion(10).low), 1, 1e-3);
  EXPECT_GT(ends.high, 0.001 * estimate.proportion(10).high);
}

TEST(ShareInterval, IsStudentsWhereEveryRealizationViolates) {
  // skewed by (1 - 2p)·s/(p(1 - p)) = 0.2%, half of which shifts both ends
  Interval const ends = ShareIntervals(1000, tail)({0.3, 0.001, 1000, 1.05});

  double const t = 1.962341;
  EXPECT_NEAR((ends.high - 0.3) / (t * 0.001), 1, 0.01);
  EXPECT_NEAR((0.3 - ends.low) / (t * 0.001), 1, 0.01);
}

TEST(ShareInterval, ExpectsMoreOfTheUnseenTheFewerViolatingRealizationsWereSeen) {
  // the same share, known to the same relative error of 1/sqrt(100), from 100 alike realizations or from 25 very unlike ones
  ShareIntervals const interval(10000, tail);

  Interval const many = interval({1e-4, 1e-5, 100, 1});
  Interval const few = interval({1e-4, 1e-5, 25, 0.25 * 100});

  EXPECT_EQ(few.low, many.low);
  EXPECT_GT(few.high, many.high);
}

/// How often each of two intervals holds the mean of days that violate with a probability, by sizes of mean 1e-3.
struct Coverage {
  double share, student;
};

Coverage coverage(double probability, std::function<double(std::mt19937_64&)> const& size, std::uint64_t n) {
  constexpr int repeats = 1000;
  constexpr double unit = 1e-9;
  std::mt19937_64 random(20);
  std::uniform_real_distribution<double> uniform;
  Estimator const estimate(n, 0.95);
  double const truth = 1e-3 * probability;
  Coverage covered{0, 0};
  for (int repeat = 0; repeat < repeats; ++repeat) {
    Violations v;
    for (std::uint64_t day = 0; day < n; ++day) {
      if (uniform(random) >= probability) continue;
      auto const lost = std::max<std::int64_t>(1, std::llround(1e-3 * size(random) / unit));
      v.realizations += 1;
      v.sum += lost;
      v.square += static_cast<Sum128>(lost) * lost;
    }
    Estimate const student = estimate.mean(v.sum, v.square, unit);
    Estimate const share = estimate.share(student, v);
    covered.student += student.low <= truth && truth <= student.high ? 1.0 / repeats : 0;
    covered.share += share.low <= truth && truth <= share.high ? 1.0 / repeats : 0;
  }
  return covered;
}

// 95% of 1000 repeats has a standard error of 0.7%; the rule may go down to 92.5%, four standard errors (0.8%) below that are 89.2%

TEST(ShareInterval, CoversWhereFewDaysOfUnequalSizeViolate) {
  Coverage const few = coverage(
      0.04, [](auto& random) { return std::lognormal_distribution<double>(-0.78125, 1.25)(random); }, 200);

  EXPECT_GT(few.share, 0.892);
  EXPECT_LT(few.student, 0.85);
}

TEST(ShareInterval, CoversWhereFiftyDaysAreAllThereIs) {
  Coverage const few = coverage(
      0.3, [](auto& random) { return std::exponential_distribution<double>()(random); }, 50);

  EXPECT_GT(few.share, 0.892);
  EXPECT_LT(few.student, few.share);
}

TEST(ShareInterval, IsNotVagueWhereDaysAreMany) {
  // goal 97.2%, four standard errors (0.5%) above
  Coverage const many = coverage(
      0.5, [](auto& random) { return std::exponential_distribution<double>()(random); }, 1000);

  EXPECT_GT(many.share, 0.892);
  EXPECT_LT(many.share, 0.993);
}

}  // namespace
}  // namespace fleetcast
