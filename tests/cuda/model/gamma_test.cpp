#include "cuda/model/gamma.cuh"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>

#include "tests/cuda/model/chi_square.hpp"
#include "tests/cuda/model/counting_lane.hpp"
#include "tests/cuda/model/points.hpp"

namespace fleetcast {
namespace {

constexpr std::uint64_t seed = 2026;
constexpr int draws = 1000000;
constexpr int bins = 32;

/// Draw i of a long list: realizations change first, intervals after 4096 of them.
template <class Lane = ScalarDrawLane>
double draw_factor(GammaSampler const& sample, int i) {
  return sample.operator()<Lane>(static_cast<std::uint32_t>(i) >> 12, static_cast<std::uint64_t>(i) & 4095, 0);
}

/// Chi-square of draws with `drawn_variation` against equally likely bins of the gamma law with `variation`.
test::ChiSquare compare(double drawn_variation, double variation) {
  auto const sample = GammaSampler::with_variation(seed, drawn_variation);
  double const shape = 1.0 / (variation * variation);
  std::vector<double> edges;
  for (int i = 1; i < bins; ++i) edges.push_back(boost::math::gamma_p_inv(shape, i / static_cast<double>(bins)) / shape);
  test::ChiSquare chi_square(std::vector<double>(bins, 1.0 / bins));
  for (int i = 0; i < draws; ++i) {
    auto const edge = std::upper_bound(edges.begin(), edges.end(), draw_factor(sample, i));
    chi_square.count(static_cast<std::size_t>(edge - edges.begin()));
  }
  return chi_square;
}

TEST(GammaSampler, FollowsTheGammaLaw) {
  for (double const variation : {0.05, 0.3, 0.8, 1.0, 1.01, 1.5, 3.0}) {
    auto const chi_square = compare(variation, variation);

    EXPECT_LE(chi_square.statistic(), chi_square.threshold()) << "variation " << variation;
  }
}

// One percent adds about 2·draws·0.01² = 200 to the statistic of 31 ± 8; the threshold is 105.
TEST(GammaSampler, IsCaughtWhenItsVariationIsOnePercentTooLarge) {
  for (double const variation : {0.05, 0.3, 1.0, 1.5, 3.0}) {
    auto const chi_square = compare(1.01 * variation, variation);

    EXPECT_GT(chi_square.statistic(), chi_square.threshold()) << "variation " << variation;
  }
}

TEST(GammaSampler, HasMeanOneAndItsVariation) {
  for (double const variation : {0.05, 0.5, 1.0, 3.0}) {
    auto const sample = GammaSampler::with_variation(seed, variation);
    double sum = 0.0;
    double square = 0.0;

    for (int i = 0; i < draws; ++i) {
      double const deviation = (draw_factor(sample, i) - 1.0) / variation;
      sum += deviation;
      square += deviation * deviation;
    }

    // the fourth standardised moment of a gamma law is 3 + 6/shape, so squares have variance 2 + 6·cv²
    EXPECT_LE(std::fabs(sum / draws), test::largest_deviation / std::sqrt(draws)) << "variation " << variation;
    EXPECT_LE(std::fabs(square / draws - 1.0), test::largest_deviation * std::sqrt((2.0 + 6.0 * variation * variation) / draws))
        << "variation " << variation;
  }
}

/// Smallest and average number of Philox blocks a draw takes.
struct Blocks {
  std::uint64_t least;
  double average;
};
Blocks count_blocks(double variation) {
  constexpr int counted = 100000;
  auto const sample = GammaSampler::with_variation(seed, variation);
  Blocks blocks{~0ULL, 0.0};
  test::CountingLane::take_blocks();
  for (int i = 0; i < counted; ++i) {
    draw_factor<test::CountingLane>(sample, i);
    auto const taken = test::CountingLane::take_blocks();
    blocks.least = std::min(blocks.least, taken);
    blocks.average += static_cast<double>(taken) / counted;
  }
  return blocks;
}

// Marsaglia and Tsang accept more than 95% of attempts at any shape from 1 on, so an average of 1/0.95 attempts.
TEST(GammaSampler, TakesOneBlockAnAttempt) {
  for (double const variation : {0.05, 0.5, 1.0}) {
    auto const blocks = count_blocks(variation);

    EXPECT_EQ(blocks.least, 1U) << "variation " << variation;
    EXPECT_LT(blocks.average, 1.0 / 0.95) << "variation " << variation;
  }
}

TEST(GammaSampler, TakesOneMoreBlockForAShapeBelowOne) {
  for (double const variation : {1.01, 3.0}) {
    auto const blocks = count_blocks(variation);

    EXPECT_EQ(blocks.least, 2U) << "variation " << variation;
    EXPECT_LT(blocks.average, 1.0 + 1.0 / 0.95) << "variation " << variation;
  }
}

// A draw that took a single attempt is d·(1 + c·x)³/shape, x the normal of its block: the address is checked with it.
TEST(GammaSampler, TransformsTheNormalOfItsBlock) {
  double const variation = 0.2;
  double const shape = 25.0;
  std::uint64_t const first = 0x300000007ULL;
  auto const sample = GammaSampler::with_variation(seed, variation);
  int seen = 0;
  for (std::uint32_t interval = 0; interval < 1000; ++interval) {
    test::CountingLane::take_blocks();
    double const factor = sample.operator()<test::CountingLane>(interval, 7, first);
    if (test::CountingLane::take_blocks() > 1) continue;
    ++seen;

    auto const words = philox<ScalarDrawLane>({0, interval, 7, 2U | 3U << 16}, seed);
    double const x = inverse_normal<ScalarDrawLane>(uniform_from<ScalarDrawLane>(words.x, words.y));
    double const centre = shape - 1.0 / 3.0;
    double const root = 1.0 + x / std::sqrt(9.0 * centre);
    ASSERT_NEAR(factor, centre * root * root * root / shape, 1e-14) << "interval " << interval;
  }
  EXPECT_GT(seen, 900);
}

TEST(GammaSampler, IsTheSameInEveryLane) {
  test::for_each_vector_lane([]<class Lane>() {
    for (double const variation : {0.05, 0.5, 1.5, 3.0, 10.0}) {
      auto const sample = GammaSampler::with_variation(seed, variation);
      for (std::uint32_t interval = 0; interval < 1000; ++interval) {
        std::uint64_t const first = 0x5ffff0000ULL + 8 * interval;

        auto const factors = sample.operator()<Lane>(interval, Lane::count_from(first & 0xffffffff), first);

        for (int lane = 0; lane < Lane::width; ++lane) {
          auto const word = (first & 0xffffffff) + static_cast<std::uint64_t>(lane);
          double const alone = sample.operator()<ScalarDrawLane>(interval, word, first);
          double const one = factors[lane];
          ASSERT_EQ(one, alone) << "variation " << variation << ", interval " << interval;
        }
      }
    }
  });
}

}  // namespace
}  // namespace fleetcast
