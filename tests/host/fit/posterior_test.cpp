#include "host/fit/posterior.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace fleetcast {
namespace {

/// A bent ridge: y is normal around x², as wide as a tenth of its length.
double bent(std::span<double const> at) {
  double const off = (at[1] - at[0] * at[0]) / 0.3;
  return -at[0] * at[0] / 2 - off * off / 2;
}

TEST(Climb, FindsThePeakOfABentRidge) {
  Peak const peak = climb(bent, {2, -1}, std::vector<double>{0.5, 0.5}, 2000);

  EXPECT_GT(peak.log_density, -0.02);
  EXPECT_NEAR(peak.at[0], 0, 0.2);
}

TEST(SamplePosterior, HasTheMomentsOfABentRidge) {
  auto const draws = sample_posterior(bent, {0, 0}, std::vector<double>{1, 1}, {12, 4000}, 3);

  double x = 0, xx = 0, y = 0;
  for (auto const& draw : draws) {
    x += draw[0];
    xx += draw[0] * draw[0];
    y += draw[1];
  }
  auto const n = static_cast<double>(draws.size());
  // 28 800 states, about one in sixty as good as a draw of its own: standard errors 0.046, 0.065, 0.067; tolerances are four of them
  EXPECT_EQ(draws.size(), 12U * 2400U);
  EXPECT_NEAR(x / n, 0, 0.18);
  EXPECT_NEAR(xx / n, 1, 0.26);
  EXPECT_NEAR(y / n, 1, 0.27);
}

TEST(SamplePosterior, StaysWithinTheSupport) {
  LogDensity const positive = [](std::span<double const> at) { return at[0] < 0 ? -std::numeric_limits<double>::infinity() : -at[0]; };

  for (auto const& draw : sample_posterior(positive, {1}, std::vector<double>{5}, {12, 100}, 1)) EXPECT_GE(draw[0], 0);
}

TEST(SamplePosterior, RepeatsWithItsSeed) {
  auto const draw = [](std::uint64_t seed) { return sample_posterior(bent, {0, 0}, std::vector<double>{1, 1}, {12, 20}, seed); };

  EXPECT_EQ(draw(5), draw(5));
  EXPECT_NE(draw(5), draw(6));
}

}  // namespace
}  // namespace fleetcast
