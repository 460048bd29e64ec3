#include "cuda/model/poisson.cuh"

#include <gtest/gtest.h>

#include <boost/math/special_functions/gamma.hpp>

#include "tests/cuda/model/chi_square.hpp"
#include "tests/cuda/model/counting_lane.hpp"
#include "tests/cuda/model/points.hpp"
#include "tests/cuda/model/precise.hpp"

namespace fleetcast {
namespace {

using test::Precise;

constexpr std::uint64_t seed = 2026;
constexpr int draws = 2000000;

/// Draw i of a long list: realizations change first, ticks after 4096 of them.
template <class Lane = ScalarDrawLane>
double draw_count(double mean, int i) {
  auto const tick = static_cast<std::uint32_t>(i) >> 12;
  auto const realization = static_cast<std::uint64_t>(i) & 4095;
  return PoissonSampler{seed}.operator()<Lane>(mean, tick, realization, stream_word(Stream::arrivals, 0, 0));
}

/// Chi-square of draws with `drawn_mean` against the law of `mean`, integer by integer as far as they are likely.
test::ChiSquare compare(double drawn_mean, double mean) {
  double const reach = 12.0 * std::sqrt(mean) + 30.0;
  test::IntegerBins const bins(static_cast<std::int64_t>(std::fmax(0.0, mean - reach)), static_cast<std::int64_t>(mean + reach),
                               test::least_expected / draws, [&](std::int64_t k) {
                                 // mean^k·e^-mean/k! as the density of a gamma law
                                 return boost::math::gamma_p_derivative(static_cast<double>(k) + 1.0, mean);
                               });
  test::ChiSquare chi_square(bins.probabilities());
  for (int i = 0; i < draws; ++i) chi_square.count(bins.bin(draw_count(drawn_mean, i)));
  return chi_square;
}

TEST(PoissonSampler, FollowsThePoissonLaw) {
  for (double const mean : {0.01, 0.1, 1.0, 3.0, 9.9, 10.0, 10.5, 30.0, 100.0, 4000.0, 1e4, 1e5, 1e6}) {
    auto const chi_square = compare(mean, mean);

    EXPECT_LE(chi_square.statistic(), chi_square.threshold()) << "mean " << mean;
  }
}

// Half a percent adds draws·mean·0.005² to the statistic, which must clear a threshold of about 60 for few bins: from
// a mean of 3 on two million draws show it.
TEST(PoissonSampler, IsCaughtWhenItsMeanIsHalfAPercentTooLarge) {
  for (double const mean : {3.0, 10.0, 100.0, 1e4, 1e6}) {
    auto const chi_square = compare(1.005 * mean, mean);

    EXPECT_GT(chi_square.statistic(), chi_square.threshold()) << "mean " << mean;
  }
}

TEST(PoissonSampler, KeepsMeanAndVarianceAtItsLargestMean) {
  double const mean = PoissonSampler::largest_mean;
  double sum = 0.0;
  double square = 0.0;

  for (int i = 0; i < draws; ++i) {
    double const deviation = (draw_count(mean, i) - mean) / std::sqrt(mean);
    sum += deviation;
    square += deviation * deviation;
  }

  // standardised draws have variance 1 and, as for a normal, squares of variance 2 (plus 1/mean)
  EXPECT_LE(std::fabs(sum / draws), test::largest_deviation / std::sqrt(draws));
  EXPECT_LE(std::fabs(square / draws - 1.0), test::largest_deviation * std::sqrt(2.0 / draws));
}

TEST(PoissonSampler, DrawsNothingAtMeanZero) {
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(draw_count(0.0, i), 0.0);
}

// The count is the least k with P(K ≤ k) ≥ u. Rounding decides only where u is within 1e-15 of a step: not in 1e5.
TEST(PoissonSampler, InvertsTheUniformOfBlockZeroBelowAMeanOfTen) {
  for (double const mean : {0.01, 0.5, 2.0, 9.99})
    for (int i = 0; i < 25000; ++i) {
      std::uint32_t const where = stream_word(Stream::arrivals, 0, 0);
      auto const words = philox<ScalarDrawLane>({0, static_cast<std::uint32_t>(i) >> 12, static_cast<std::uint64_t>(i) & 4095, where}, seed);
      long double const uniform = uniform_from<ScalarDrawLane>(words.x, words.y);
      long double probability = std::exp(-static_cast<long double>(mean));
      long double below = probability;
      int k = 0;
      while (below < uniform) below += probability *= static_cast<long double>(mean) / ++k;

      ASSERT_EQ(draw_count(mean, i), k) << "mean " << mean << ", uniform " << uniform;
    }
}

/// Hörmann's algorithm as he (and NumPy after him) writes it, in long double, on the words of attempt after attempt.
double draw_by_the_book(long double mean, std::uint32_t tick, std::uint64_t realization, std::uint32_t where) {
  long double const b = 0.931L + 2.53L * std::sqrt(mean);
  long double const a = -0.059L + 0.02483L * b;
  long double const inverse_alpha = 1.1239L + 1.1328L / (b - 3.4L);
  long double const v_r = 0.9277L - 3.6224L / (b - 2.0L);
  for (std::uint64_t attempt = 0;; ++attempt) {
    auto const words = philox<ScalarDrawLane>({attempt, tick, realization, where}, seed);
    long double const u = uniform_from<ScalarDrawLane>(words.x, words.y) - 0.5L;
    long double const v = uniform_from<ScalarDrawLane>(words.z, words.w);
    long double const us = 0.5L - std::fabs(u);
    long double const k = std::floor((2.0L * a / us + b) * u + mean + 0.43L);
    if (us >= 0.07L && v <= v_r) return static_cast<double>(k);
    if (k < 0.0L || (us < 0.013L && v > us)) continue;
    if (std::log(v) + std::log(inverse_alpha) - std::log(a / (us * us) + b) <= -mean + k * std::log(mean) - std::lgamma(k + 1.0L))
      return static_cast<double>(k);
  }
}

// Rounding decides only where two sides of a comparison agree to 1e-13, or a candidate is that close to an integer
// (1e-7 at a mean of 1e9): not in this many draws.
TEST(PoissonSampler, DecidesLikeHormannAboveIt) {
  std::uint32_t const where = stream_word(Stream::arrivals, 1, 0x200000000);
  for (double const mean : {10.0, 17.3, 100.0, 1e4, 1e6, 1e9})
    for (std::uint64_t realization = 0; realization < 20000; ++realization)
      ASSERT_EQ(PoissonSampler{seed}.operator()<ScalarDrawLane>(mean, 77, realization, where), draw_by_the_book(mean, 77, realization, where))
          << "mean " << mean;
}

TEST(PoissonSampler, TakesOneBlockBelowAMeanOfTen) {
  test::CountingLane::take_blocks();
  for (double const mean : {0.0, 0.01, 1.0, 9.99})
    for (int i = 0; i < 1000; ++i) {
      draw_count<test::CountingLane>(mean, i);

      ASSERT_EQ(test::CountingLane::take_blocks(), 1U) << "mean " << mean;
    }
}

TEST(PoissonSampler, TakesAFewBlocksAboveIt) {
  constexpr int counted = 100000;
  for (double const mean : {10.0, 30.0, 100.0, 1000.0, 1e6, 1e9}) {
    test::CountingLane::take_blocks();
    for (int i = 0; i < counted; ++i) ASSERT_EQ(draw_count<test::CountingLane>(mean, i), draw_count(mean, i));

    double const blocks = static_cast<double>(test::CountingLane::take_blocks()) / counted;

    // attempts are geometric: below 1.4 of them on average, their standard deviation is below √(1.4·0.4) = 0.75
    double const noise = test::largest_deviation * 0.75 / std::sqrt(counted);
    EXPECT_GE(blocks, 1.1 - noise) << "mean " << mean;
    EXPECT_LE(blocks, 1.4 + noise) << "mean " << mean;
  }
}

TEST(PoissonSampler, IsTheSameInEveryLane) {
  test::for_each_vector_lane([]<class Lane>() {
    std::mt19937_64 engine(7);
    for (std::uint32_t tick = 0; tick < 4000; ++tick) {
      // inversion and rejection side by side in one register
      typename Lane::Real mean{};
      for (int lane = 0; lane < Lane::width; ++lane) mean[lane] = std::exp2(-7.0 + 37.0 * test::uniform(engine)) - 0.005;
      std::uint32_t const where = stream_word(Stream::arrivals, tick % 3, 0x500000000);
      std::uint64_t const first = 0xfffffff0 - tick * 8;

      auto const counts = PoissonSampler{seed}.operator()<Lane>(mean, tick, Lane::count_from(first), where);

      for (int lane = 0; lane < Lane::width; ++lane) {
        double const alone = PoissonSampler{seed}.operator()<ScalarDrawLane>(mean[lane], tick, first + static_cast<std::uint64_t>(lane), where);
        ASSERT_EQ(counts[lane], alone) << "mean " << mean[lane];
      }
    }
  });
}

/// Relative error in units of 2^-52 at counts k with |v| ≤ widest, v = (k - mean)/(k + mean).
test::WorstError worst_log_probability(double widest) {
  std::mt19937_64 engine(8);
  test::WorstError worst;
  for (double const mean : test::points_of_every_size(10.0, 1e9, 20000)) {
    double const v = widest * (2.0 * test::uniform(engine) - 1.0);
    double const k = std::ceil(mean * (1.0 + v) / (1.0 - v));
    if (std::fabs(k - mean) > widest * (k + mean)) continue;
    Precise const exact = Precise(k) * log(Precise(mean)) - Precise(mean) - Precise::of(mpfr_lngamma, Precise(k) + Precise(1.0));
    worst.see(0x1p52 * test::relative_error(poisson_log_probability<ScalarDrawLane>(k, mean), exact), k);
  }
  return worst;
}

TEST(PoissonLogProbability, IsWithinAFewUlpNearTheMean) {
  auto const worst = worst_log_probability(0.0999);

  EXPECT_LE(worst.error, 4.0) << "at " << worst.at;
}

// Just beyond |v| = 0.1 the deviance is a tenth of the terms it is the difference of, and ln(k/mean) a fifth.
TEST(PoissonLogProbability, IsWithin32UlpAnywhere) {
  for (double const widest : {0.11, 0.2, 0.99}) {
    auto const worst = worst_log_probability(widest);

    EXPECT_LE(worst.error, 32.0) << "at " << worst.at;
  }
}

TEST(PoissonLogProbability, IsMinusTheMeanForNoArrivals) { EXPECT_EQ(poisson_log_probability<ScalarDrawLane>(0.0, 10.5), -10.5); }

}  // namespace
}  // namespace fleetcast
