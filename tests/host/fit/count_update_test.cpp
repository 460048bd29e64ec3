#include "host/fit/count_update.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace fleetcast {
namespace {

/// ln P(count | log rate) without ln(count!), straight from the negative binomial.
double log_likelihood(double burst_cv, double count, double log_rate) {
  double const rate = std::exp(log_rate);
  if (burst_cv == 0) return count * log_rate - rate;
  double const k = 1 / (burst_cv * burst_cv);
  return std::lgamma(count + k) - std::lgamma(k) + k * std::log(k / (k + rate)) + count * std::log(rate / (k + rate));
}

/// The same update by a sum over 40001 points: error far below the tolerances.
CountUpdate by_sum(double burst_cv, double count, double mean, double variance) {
  double const sd = std::sqrt(variance);
  double evidence = 0, first = 0, second = 0;
  double const top = std::max(log_likelihood(burst_cv, count, mean), log_likelihood(burst_cv, count, std::log(std::max(count, 0.5))));
  constexpr int points = 20000;
  for (int i = -points; i <= points; ++i) {
    double const z = 9.0 * i / points;
    double const mass = std::exp(log_likelihood(burst_cv, count, mean + sd * z) - top - z * z / 2) * 9.0 / points / std::sqrt(2 * M_PI);
    evidence += mass;
    first += mass * z;
    second += mass * z * z;
  }
  double const z = first / evidence;
  return {std::log(evidence) + top, mean + sd * z, variance * (second / evidence - z * z)};
}

TEST(UpdateByCount, AgreesWithASumOverManyPoints) {
  for (double const burst_cv : {0.0, 0.1, 0.5, 1.2})
    for (double const count : {0.0, 1.0, 7.0, 49.0, 50.0, 400.0, 12.5})
      for (double const mean : {1.0, 4.0, 6.0})
        for (double const variance : {0.001, 0.05, 0.5}) {
          // counts far from anything believed give no weight to any parameter: how little does not matter
          double const sd = std::sqrt(variance + burst_cv * burst_cv + std::exp(-mean));
          if (std::fabs(std::log(count + 0.5) - mean) > 4 * sd) continue;
          auto const expected = by_sum(burst_cv, count, mean, variance);

          auto const update = update_by_count(CountLaw(burst_cv), count, mean, variance);

          auto const what = testing::Message() << burst_cv << ' ' << count << ' ' << mean << ' ' << variance;
          // what three or five nodes miss: a hundredth of a nat would move no estimate by a tenth of its error
          EXPECT_NEAR(update.log_evidence, expected.log_evidence, 0.01) << what;
          EXPECT_NEAR(update.mean, expected.mean, 0.02 * std::sqrt(expected.variance)) << what;
          EXPECT_NEAR(update.variance, expected.variance, 0.05 * expected.variance) << what;
        }
}

TEST(UpdateByCount, LearnsNothingWhereTheRateIsKnown) {
  auto const update = update_by_count(CountLaw(0.3), 12, 2.5, 0);

  EXPECT_DOUBLE_EQ(update.mean, 2.5);
  EXPECT_EQ(update.variance, 0);
  EXPECT_NEAR(update.log_evidence, log_likelihood(0.3, 12, 2.5), 1e-9);
}

}  // namespace
}  // namespace fleetcast
