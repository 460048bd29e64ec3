#include "host/stats/estimate.hpp"

#include <gtest/gtest.h>

#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <random>
#include <vector>

namespace fleetcast {
namespace {

Moments moments_of(std::vector<std::int64_t> const& values) {
  Moments m;
  for (auto const value : values) m.add(value);
  return m;
}

Sum128 product_of(std::vector<std::int64_t> const& x, std::vector<std::int64_t> const& y) {
  Sum128 sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += static_cast<Sum128>(x[i]) * y[i];
  return sum;
}

TEST(Mean, IsStudentsTWorkedByHand) {
  // seven times 2, 4, 4, 4, 5, 5, 7, 9: mean 5, sample variance 7·32/55; t at 97.5% with 55 degrees of freedom is 2.004045
  Moments m;
  for (int i = 0; i < 7; ++i)
    for (std::int64_t const value : {2, 4, 4, 4, 5, 5, 7, 9}) m.add(value);

  Estimate const e = Estimator(56, 0.95).mean(m.sum, m.square, 10.0);

  double const error = 10 * std::sqrt(7 * 32.0 / 55.0 / 56.0);
  EXPECT_DOUBLE_EQ(e.mean, 50);
  EXPECT_NEAR(e.std_error, error, 1e-12);
  EXPECT_NEAR(e.high - e.mean, 2.0040447832891455 * error, 1e-9);
  EXPECT_NEAR(e.mean - e.low, 2.0040447832891455 * error, 1e-9);
}

TEST(Mean, OfFewerThanFiftyRealizationsHasAnErrorAndNoInterval) {
  Moments const m = moments_of({2, 4, 4, 4, 5, 5, 7, 9});

  Estimate const e = Estimator(8, 0.95).mean(m.sum, m.square, 1.0);

  EXPECT_NEAR(e.std_error, std::sqrt(32.0 / 7.0 / 8.0), 1e-12);
  EXPECT_TRUE(std::isnan(e.low));
  EXPECT_TRUE(std::isnan(e.high));
}

TEST(Mean, KeepsItsPrecisionFarFromZero) {
  std::int64_t const far = 4'000'000'000'000'000;
  Moments const m = moments_of({far, far + 1, far + 2});

  EXPECT_NEAR(Estimator(3, 0.95).mean(m.sum, m.square, 1.0).std_error, std::sqrt(1.0 / 3.0), 1e-12);
}

TEST(Mean, SaysNothingOfErrorsFromOneRealization) {
  Estimate const e = Estimator(1, 0.95).mean(5, 25, 1.0);

  EXPECT_EQ(e.mean, 5);
  EXPECT_TRUE(std::isnan(e.std_error));
  EXPECT_TRUE(std::isnan(e.high));
}

TEST(Ratio, OfProportionalNumbersIsExact) {
  std::vector<std::int64_t> const x{10, 20, 40, 70};
  std::vector<std::int64_t> const y{30, 60, 120, 210};

  Estimate const e = Estimator(4, 0.95).ratio(moments_of(y), moments_of(x), product_of(x, y), 2.0);

  EXPECT_DOUBLE_EQ(e.mean, 6);
  EXPECT_NEAR(e.std_error, 0, 1e-9);
}

TEST(Ratio, CoversTheTruthAsOftenAsItSays) {
  // y = 3x + noise; 2000 repeats of 60: a 95% interval covers within 5 standard errors, 95% ± 2.5%
  std::mt19937_64 random(5);
  std::normal_distribution<double> noise(0, 200);
  std::uniform_int_distribution<std::int64_t> load(500, 1500);
  int covered = 0;
  constexpr int repeats = 2000;
  for (int repeat = 0; repeat < repeats; ++repeat) {
    std::vector<std::int64_t> x(60), y(60);
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = load(random);
      y[i] = 3 * x[i] + std::llround(noise(random));
    }
    Estimate const e = Estimator(60, 0.95).ratio(moments_of(y), moments_of(x), product_of(x, y), 1.0);
    covered += e.low <= 3 && 3 <= e.high;
  }

  EXPECT_NEAR(covered / static_cast<double>(repeats), 0.95, 0.025);
}

TEST(Difference, UsesThePairing) {
  std::vector<std::int64_t> const x{100, 210, 330, 470};
  std::vector<std::int64_t> const y{90, 200, 320, 460};

  Estimate const e = Estimator(4, 0.95).difference(moments_of(x), moments_of(y), product_of(x, y), 1.0);

  EXPECT_DOUBLE_EQ(e.mean, 10);
  EXPECT_NEAR(e.std_error, 0, 1e-12);
}

TEST(Proportion, IsClopperPearson) {
  // the ends are where the binomial tails reach 2.5%
  Estimate const e = Estimator(50, 0.95).proportion(3);

  using boost::math::binomial_distribution;
  EXPECT_NEAR(boost::math::cdf(boost::math::complement(binomial_distribution<>(50, e.low), 2)), 0.025, 1e-9);
  EXPECT_NEAR(boost::math::cdf(binomial_distribution<>(50, e.high), 3), 0.025, 1e-9);
}

TEST(Proportion, OfNoneAndAllHasTheExactEnds) {
  Estimator const estimate(100, 0.95);

  EXPECT_EQ(estimate.proportion(0).low, 0);
  EXPECT_NEAR(estimate.proportion(0).high, 1 - std::pow(0.025, 0.01), 1e-12);
  EXPECT_EQ(estimate.proportion(100).high, 1);
  EXPECT_NEAR(estimate.proportion(100).low, std::pow(0.025, 0.01), 1e-12);
}

TEST(Share, KeepsItsMeanAndErrorAndIsNeverSureWhereNothingWasSeen) {
  Estimate const e = Estimator(1000, 0.95).share({0, 0, 0, 0}, Violations{});

  EXPECT_EQ(e.mean, 0);
  EXPECT_EQ(e.low, 0);
  EXPECT_NEAR(e.high, 1 - std::pow(0.025, 0.001), 1e-12);
}

TEST(Share, KnowsHowUnequalViolatingRealizationsAre) {
  // 1, 1, 4: mean 2, variance 3, so mean square over squared mean is 1 + 3/4
  Estimator const estimate(1000, 0.95);
  Estimate const mean = estimate.mean(6, 18, 1e-3);

  Estimate const e = estimate.share(mean, Violations{3, 6, 18});

  Interval const ends = ShareIntervals(1000, 0.025)({mean.mean, mean.std_error, 3, 1.75});
  EXPECT_DOUBLE_EQ(e.low, ends.low);
  EXPECT_DOUBLE_EQ(e.high, ends.high);
}

TEST(Share, TakesUncountedViolationsForAlike) {
  // an error of half the share is what 4 alike realizations give
  Estimate const e = Estimator(1000, 0.95).share({1e-4, 5e-5, 0, 0});

  EXPECT_DOUBLE_EQ(e.high, ShareIntervals(1000, 0.025)({1e-4, 5e-5, 4, 1}).high);
}

TEST(Share, OfFewerThanFiftyRealizationsHasNoInterval) {
  Estimate const e = Estimator(49, 0.95).share({0.008, 0.0014, 0, 0}, Violations{49, 392, 4000});

  EXPECT_EQ(e.mean, 0.008);
  EXPECT_EQ(e.std_error, 0.0014);
  EXPECT_TRUE(std::isnan(e.low));
  EXPECT_TRUE(std::isnan(e.high));
}

}  // namespace
}  // namespace fleetcast
