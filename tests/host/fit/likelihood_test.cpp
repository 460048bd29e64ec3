#include "host/fit/likelihood.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "host/fit/length_drift_fit.hpp"

namespace fleetcast {
namespace {

double poisson_log_probability(double count, double mean) { return count * std::log(mean) - mean; }

BinSeries minutes(std::vector<double> requests) { return {1, {0.5 / 60, 1.0 / 60}, std::move(requests), {}, {}}; }

TEST(CountLogLikelihood, IsASumOfPoissonsWithoutDriftAndBursts) {
  RateParameters rate;
  rate.requests_per_minute = 20;

  double expected = 0;
  for (double const count : {18.0, 25.0, 20.0}) expected += poisson_log_probability(count, 20);
  EXPECT_NEAR(count_log_likelihood(minutes({18, 25, 20}), rate), expected, 1e-9);
}

TEST(CountLogLikelihood, FollowsTheProfile) {
  RateParameters rate;
  rate.requests_per_minute = 20;
  rate.daily_amplitude = 0.5;
  rate.daily_peak_hour = 12;
  rate.weekday_factors = {1.3, 1, 1, 1, 1, 0.9, 0.8};
  BinSeries const series{360, {3, 6}, {4000, 9000, 9500, 4100, 3000}, {}, {}};  // quarters of a Monday and one of Tuesday

  double expected = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    double const hour = 3 + 6.0 * static_cast<double>(i);
    expected += poisson_log_probability(series.requests[i], 20 * 360 * (1 + 0.5 * std::cos(2 * M_PI * (hour - 12) / 24)) * (i < 4 ? 1.3 : 1.0));
  }
  EXPECT_NEAR(count_log_likelihood(series, rate), expected, 1e-6);
}

/// All paths of the gate, each with its probability.
double sum_over_gates(std::vector<double> const& counts, double mean, double share, double silence_minutes) {
  double const leave = 1 / silence_minutes, enter = leave * share / (1 - share);
  double sum = 0;
  for (unsigned path = 0; path < 1U << counts.size(); ++path) {
    double probability = path & 1 ? share : 1 - share;
    for (std::size_t t = 0; t < counts.size(); ++t) {
      bool const closed = path >> t & 1;
      if (t > 0) {
        bool const before = path >> (t - 1) & 1;
        probability *= before ? (closed ? 1 - leave : leave) : (closed ? enter : 1 - enter);
      }
      probability *= closed ? (counts[t] == 0 ? 1.0 : 0.0) : std::exp(poisson_log_probability(counts[t], mean / (1 - share)));
    }
    sum += probability;
  }
  return std::log(sum);
}

TEST(CountLogLikelihood, SumsOverAllPathsOfSilence) {
  RateParameters rate;
  rate.requests_per_minute = 1.5;
  rate.silence_share = 0.3;
  rate.silence_minutes = 2.5;
  std::vector<double> const counts{2, 0, 0, 3, 0, 1, 0, 0};

  EXPECT_NEAR(count_log_likelihood(minutes(counts), rate), sum_over_gates(counts, 1.5, 0.3, 2.5), 1e-9);
}

/// Two bins of drift by brute force: the log rates on a grid.
TEST(CountLogLikelihood, IntegratesTheDriftOut) {
  RateParameters rate;
  rate.requests_per_minute = 40;
  rate.drift = {{0.4, 3}};
  double const phi = std::exp2(-1.0 / 3);
  double sum = 0;
  constexpr int points = 400;
  constexpr double step = 12.0 / points;
  for (int i = 0; i <= points; ++i)
    for (int j = 0; j <= points; ++j) {
      double const z0 = -6 + step * i, e = -6 + step * j, z1 = phi * z0 + std::sqrt(1 - phi * phi) * e;
      auto const mean = [](double z) { return 40 * std::exp(0.4 * z - 0.08); };
      sum += std::exp(-(z0 * z0 + e * e) / 2 + poisson_log_probability(55, mean(z0)) + poisson_log_probability(31, mean(z1)) - 200) * step * step /
             (2 * M_PI);
    }

  // exact but for a belief that is a Gaussian's after each count
  EXPECT_NEAR(count_log_likelihood(minutes({55, 31}), rate), std::log(sum) + 200, 0.01);
}

TEST(LengthLogLikelihood, IsTheNormalDensityOfTwoMeanLengths) {
  BinSeries series = minutes({100, 50});
  std::vector<double> const tokens{90000, 60000};
  LengthDrift const drift{std::log(1000.0), 0.2, 5};
  double const phi = std::exp2(-0.2), v = 0.8;
  double const noise0 = std::log1p(v / 100), noise1 = std::log1p(v / 50);
  double const y0 = std::log(0.9) + 0.02 + noise0 / 2, y1 = std::log(1.2) + 0.02 + noise1 / 2;
  double const a = 0.04 + noise0, b = 0.04 + noise1, c = 0.04 * phi, determinant = a * b - c * c;

  double const expected = -std::log(2 * M_PI) - std::log(determinant) / 2 - (b * y0 * y0 - 2 * c * y0 * y1 + a * y1 * y1) / (2 * determinant);
  EXPECT_NEAR(length_log_likelihood(series, tokens, drift, v), expected, 1e-9);
}

TEST(JointLogLikelihood, FallsApartWithoutCorrelations) {
  BinSeries series = minutes({100, 50, 80, 0, 90});
  series.prompt_tokens = {90000, 60000, 70000, 0, 95000};
  series.completion_tokens = {21000, 9000, 17000, 0, 18000};
  RateParameters rate;
  rate.requests_per_minute = 70;
  rate.drift = {{0.3, 4}};
  rate.burst_cv = 0.3;
  LengthDynamics const lengths{{std::log(1000.0), 0.2, 5}, {std::log(200.0), 0.1, 9}, {}};

  double const apart = count_log_likelihood(series, rate) + length_log_likelihood(series, series.prompt_tokens, lengths.prompt, 0.8) +
                       length_log_likelihood(series, series.completion_tokens, lengths.completion, 1.1);
  EXPECT_NEAR(joint_log_likelihood(series, rate, lengths, {0.8, 1.1, 0}), apart, 1e-9);
}

TEST(JointLogLikelihood, RisesWithATieThatIsThere) {
  BinSeries series = minutes({100, 140, 80, 60, 90, 130, 150, 100});
  for (double const count : series.requests) {  // longer prompts in busy minutes
    series.prompt_tokens.push_back(count * 1000 * std::sqrt(count / 100));
    series.completion_tokens.push_back(count * 200);
  }
  RateParameters rate;
  rate.requests_per_minute = 100;
  rate.drift = {{0.4, 2}};
  LengthDynamics lengths{{std::log(1000.0), 0.2, 2}, {std::log(200.0), 0.05, 2}, {}};
  LengthNoise const noise{0.1, 0.1, 0};
  double const without = joint_log_likelihood(series, rate, lengths, noise);
  lengths.correlation.rate_prompt = 0.8;
  LatentEnd end;

  EXPECT_GT(joint_log_likelihood(series, rate, lengths, noise, &end), without + 1);
  EXPECT_GT(end.root[most_processes - 2][0], 0.01);  // what is not known of one is not known of the other
}

TEST(SmoothedLogFactors, FindsAStepInMeanLengths) {
  BinSeries series = minutes(std::vector<double>(40, 400.0));
  std::vector<double> tokens(40);
  for (std::size_t i = 0; i < 40; ++i) tokens[i] = 400 * (i < 20 ? 800.0 : 1200.0);

  auto const factors = smoothed_log_factors(series, tokens, {std::log(1000.0), 0.25, 10}, 0.5);

  EXPECT_NEAR(factors.mean[5], std::log(0.8), 0.03);
  EXPECT_NEAR(factors.mean[35], std::log(1.2), 0.03);
  EXPECT_LT(factors.variance[20], std::log1p(0.5 / 400));  // neighbours tell more than the bin alone
}

}  // namespace
}  // namespace fleetcast
