#include "host/fit/simulated_record.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace fleetcast {
namespace {

struct Moments {
  double mean = 0, variance = 0, lag_one = 0, empty = 0;
};

Moments moments_of(std::vector<double> const& values) {
  Moments m;
  auto const n = static_cast<double>(values.size());
  for (double const value : values) {
    m.mean += value / n;
    m.empty += value <= 0 ? 1 / n : 0;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    m.variance += (values[i] - m.mean) * (values[i] - m.mean) / n;
    if (i > 0) m.lag_one += (values[i] - m.mean) * (values[i - 1] - m.mean) / n;
  }
  return m;
}

TEST(SimulateRecord, HasTheMomentsOfItsModel) {
  TrafficDraw truth;
  truth.rate.requests_per_minute = 50;
  truth.rate.drift = {{0.3, 4}};
  truth.rate.burst_cv = 0.4;
  FitRandom random(11);
  BinSeries const record = simulate_record(truth, RequestLengths({}), nullptr, {}, 1, 200000, random);

  auto const m = moments_of(record.requests);
  double const drift = std::exp(0.09), phi = std::exp2(-0.25);
  // 200 000 minutes, correlated over about ten: the mean's error is 0.3%, that of second moments below 2%; tolerances are four errors
  EXPECT_NEAR(m.mean, 50, 0.6);
  EXPECT_NEAR(m.variance, 50 + 2500 * (1.16 * drift - 1), 0.08 * m.variance);
  EXPECT_NEAR(m.lag_one, 2500 * std::expm1(0.09 * phi), 0.1 * m.lag_one);
}

TEST(SimulateRecord, IsSilentAsOftenAndAsLongAsAsked) {
  TrafficDraw truth;
  truth.rate.requests_per_minute = 50;
  truth.rate.silence_share = 0.2;
  truth.rate.silence_minutes = 4;
  FitRandom random(12);
  auto const counts = simulate_record(truth, RequestLengths({}), nullptr, {}, 1, 100000, random).requests;

  auto const m = moments_of(counts);
  double starts = 0;
  for (std::size_t i = 1; i < counts.size(); ++i) starts += counts[i - 1] > 0 && counts[i] <= 0 ? 1 : 0;
  // 5000 silences: errors of 1.5%
  EXPECT_NEAR(m.empty, 0.2, 0.012);
  EXPECT_NEAR(m.empty * 1e5 / starts, 4, 0.24);
  EXPECT_NEAR(m.mean, 50, 0.9);
}

TEST(SimulateRecord, DriftsLengthsAsCorrelated) {
  TrafficDraw truth;
  truth.rate.requests_per_minute = 1e6;  // so many that lengths are known exactly
  truth.rate.drift = {{0.2, 5}};
  truth.lengths.prompt = {std::log(1000.0), 0.3, 5};
  truth.lengths.completion = {std::log(100.0), 0.1, 5};
  truth.lengths.correlation = {0.7, -0.5, 0.1};
  FitRandom random(13);
  BinSeries const record = simulate_record(truth, RequestLengths({{900, 80}, {1100, 120}}), nullptr, {}, 1, 50000, random);

  double rate_prompt = 0, rate_completion = 0, prompt_completion = 0, prompt_square = 0;
  for (std::size_t i = 0; i < record.bins(); ++i) {
    double const a = std::log(record.requests[i] / 1e6) / 0.2 + 0.1;
    double const b = std::log(record.prompt_tokens[i] / record.requests[i] / 1000) / 0.3 + 0.15;
    double const c = std::log(record.completion_tokens[i] / record.requests[i] / 100) / 0.1 + 0.05;
    rate_prompt += a * b / 50000;
    rate_completion += a * c / 50000;
    prompt_completion += b * c / 50000;
    prompt_square += b * b / 50000;
  }
  // about 50 000/14 independent minutes: errors of 0.017 to 0.024; equal half-lives leave the innovations' correlations as they are
  EXPECT_NEAR(prompt_square, 1, 0.1);
  EXPECT_NEAR(rate_prompt, 0.7, 0.08);
  EXPECT_NEAR(rate_completion, -0.5, 0.08);
  EXPECT_NEAR(prompt_completion, 0.1, 0.08);
}

TEST(SimulateRecord, GoesOnWhereARecordEnded) {
  TrafficDraw truth;
  truth.rate.requests_per_minute = 100;
  truth.rate.drift = {{0.5, 1000}};
  LatentEnd high;
  high.mean[0] = 2;  // and no doubt about it
  FitRandom random(14);

  double const first = simulate_record(truth, RequestLengths({}), &high, {}, 1, 1, random).requests[0];

  EXPECT_NEAR(first, 100 * std::exp(0.5 * 2 - 0.125), 5 * std::sqrt(240));
}

TEST(RequestLengths, SumsHaveTheMomentsOfTheirPairs) {
  RequestLengths const lengths({{10, 1}, {20, 5}, {60, 3}});
  for (double const requests : {6.0, 400.0}) {
    FitRandom random(15);
    double mean = 0, square = 0, product = 0;
    constexpr int draws = 40000;
    for (int i = 0; i < draws; ++i) {
      auto const sum = lengths.sum(requests, random);
      double const p = sum.prompt_tokens - 30 * requests, d = sum.completion_tokens - 3 * requests;
      mean += p / draws;
      square += p * p / draws;
      product += p * d / draws;
    }
    // errors 0.5% of an sd, 0.7% and about 3% of the covariance; tolerances are five
    EXPECT_NEAR(mean, 0, 0.025 * std::sqrt(1400.0 / 3 * requests));
    EXPECT_NEAR(square, 1400.0 / 3 * requests, 0.035 * square);
    EXPECT_NEAR(product, 20.0 / 3 * requests, 0.04 * std::sqrt(1400.0 / 3 * 8 / 3) * requests);
  }
}

}  // namespace
}  // namespace fleetcast
