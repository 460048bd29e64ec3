#include "host/fit/mixture_law.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "host/fit/fit_random.hpp"

namespace fleetcast {
namespace {

/// Lengths drawn by inversion of the definition, tails added to the bounds.
std::vector<std::uint32_t> draw(MixtureLaw const& law, std::size_t n, std::uint64_t seed) {
  FitRandom random(seed);
  std::vector<std::uint32_t> lengths;
  for (std::size_t i = 0; i < n; ++i) {
    double u = random.uniform();
    auto part = law.parts.begin();
    while (part + 1 != law.parts.end() && u > part->weight) u -= (part++)->weight;
    double const length = std::round(part->median * std::exp(part->sigma * random.normal()));
    lengths.push_back(static_cast<std::uint32_t>(std::clamp(length, static_cast<double>(law.least_tokens), static_cast<double>(law.most_tokens))));
  }
  std::sort(lengths.begin(), lengths.end());
  return lengths;
}

TEST(FitMixture, FindsALogNormalWithinItsStatedErrors) {
  // short lengths, cut at both ends: rounding and bounds must not bias it
  MixtureLaw const law{{{1, 12, 0.9}}, 4, 40};
  double worst = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    MixtureFit const fit = fit_mixture(draw(law, 20000, seed), 1, Tails::atoms);
    worst = std::max(worst, std::fabs(std::log(fit.law.parts[0].median / 12) / fit.errors[0].log_median));
    worst = std::max(worst, std::fabs((fit.law.parts[0].sigma - 0.9) / fit.errors[0].sigma));
    EXPECT_EQ(fit.law.least_tokens, 4U);
    EXPECT_EQ(fit.law.most_tokens, 40U);
  }
  EXPECT_LT(worst, 4);  // forty normals: 4 is passed by chance once in 400
  EXPECT_GT(worst, 1);  // errors are not overstated
}

TEST(FitMixture, CensoredTailsForgiveBoundsThatMove) {
  MixtureLaw const law{{{1, 800, 1}}, 1, 1000000};
  auto lengths = draw(law, 40000, 3);
  // the longest were cut somewhere between 12 000 and 14 000
  FitRandom random(4);
  for (auto& length : lengths) length = std::min(length, 12000 + random.below(2000));
  std::sort(lengths.begin(), lengths.end());
  MixtureFit const fit = fit_mixture(lengths, 1, Tails::censored);

  EXPECT_NEAR(fit.law.parts[0].sigma, 1, 4 * fit.errors[0].sigma);
}

TEST(ChooseMixture, TakesAsManyPartsAsThereAre) {
  MixtureLaw const two{{{0.3, 60, 0.4}, {0.7, 900, 0.6}}, 1, 16384};

  EXPECT_EQ(choose_mixture(draw({{{1, 300, 0.8}}, 1, 16384}, 20000, 5), Tails::atoms).law.parts.size(), 1U);
  MixtureFit const fit = choose_mixture(draw(two, 20000, 6), Tails::atoms);
  ASSERT_EQ(fit.law.parts.size(), 2U);
  for (std::size_t j = 0; j < 2; ++j) {
    EXPECT_NEAR(fit.law.parts[j].weight, two.parts[j].weight, 4 * fit.errors[j].weight);
    EXPECT_NEAR(std::log(fit.law.parts[j].median / two.parts[j].median), 0, 4 * fit.errors[j].log_median);
    EXPECT_NEAR(fit.law.parts[j].sigma, two.parts[j].sigma, 4 * fit.errors[j].sigma);
  }
}

TEST(FitMixture, TakesLengthsThatAreAllAlike) {
  for (std::uint32_t const length : {0U, 1U, 5U, 100000U}) {
    MixtureFit const fit = choose_mixture(std::vector<std::uint32_t>(500, length), Tails::atoms);
    ASSERT_EQ(fit.law.parts.size(), 1U);
    EXPECT_TRUE(is_tabled(fit.law)) << length;
    EXPECT_LT(ks_distance(fit.law, std::vector<std::uint32_t>(500, length)), 0.55) << length;
  }
}

TEST(KsDistance, IsTheLargestGapOfTwoStaircases) {
  std::vector<std::uint32_t> const a{1, 2, 3, 4}, b{1, 2, 3, 10}, c{5, 6};

  EXPECT_EQ(ks_distance(a, a), 0);
  EXPECT_EQ(ks_distance(a, b), 0.25);
  EXPECT_EQ(ks_distance(b, a), 0.25);
  EXPECT_EQ(ks_distance(a, c), 1);
}

TEST(KsDistance, OfALawSeesBothSidesOfEveryStep) {
  MixtureLaw const law{{{1, 10, 0.5}}, 1, 100};

  EXPECT_NEAR(ks_distance(law, std::vector<std::uint32_t>(3, 10)), std::max(distribution(law, 9), 1 - distribution(law, 10)), 1e-12);
}

TEST(SpreadByDrift, KeepsTheMean) {
  MixtureLaw const law{{{0.4, 100, 0.5}, {0.6, 900, 0.3}}, 1, 100000};
  auto const mean = [](MixtureLaw const& l) {
    double sum = 0;
    for (auto const& part : l.parts) sum += part.weight * part.median * std::exp(part.sigma * part.sigma / 2);
    return sum;
  };

  EXPECT_NEAR(mean(spread_by_drift(law, 0.3)), mean(law), 1e-9 * mean(law));
}

TEST(CutUntilTabled, LowersTheLongestLengthUntilARunAcceptsTheLaw) {
  MixtureLaw law{{{1, 5, 2.5}}, 1, 1000000};
  ASSERT_FALSE(is_tabled(law));

  ASSERT_TRUE(cut_until_tabled(law));
  EXPECT_TRUE(is_tabled(law));
  EXPECT_LT(law.most_tokens, 1000000U);
}

}  // namespace
}  // namespace fleetcast
