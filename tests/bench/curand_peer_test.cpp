// What the cuRAND and Thrust peer draws, on a CPU, beside the law it is asked to draw from.
#include "curand_peer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numeric>

namespace fleetcast {
namespace {

/// Mean and standard error of the mean over realizations of one tick.
struct Estimate {
  double mean, error;
};

template <class Value>
Estimate over_realizations(std::vector<Value> const& values, std::uint32_t realizations, std::size_t tick) {
  std::size_t const ticks = values.size() / realizations;
  double sum = 0;
  double squares = 0;
  for (std::uint32_t realization = 0; realization < realizations; ++realization) {
    auto const value = static_cast<double>(values[realization * ticks + tick]);
    sum += value;
    squares += value * value;
  }
  double const mean = sum / realizations;
  return {mean, std::sqrt((squares / realizations - mean * mean) / (realizations - 1))};
}

/// Mean of a rounded, clipped log-normal length: sum of P(length > k) over k.
double mean_length(PeerLengths const& law) {
  double mean = law.min;
  for (double k = law.min; k < law.max; ++k) mean += 0.5 * std::erfc((std::log(k + 0.5) - law.mu) / (law.sigma * std::sqrt(2.0)));
  return mean;
}

constexpr PeerLengths prompt{6.9276F, 0.99F, 1, 16384};
constexpr PeerLengths completion{4.8598F, 0.86F, 1, 4096};

/// Busy and quiet ticks, none at all, and Poisson means in each of cuRAND's three ways to draw them.
PeerTraffic traffic(float drift_log_sd, float burst_cv) {
  return {{0.3F, 20, 0, 90, 400, 30, 1, 0}, drift_log_sd, 0.977F, burst_cv, prompt, completion};
}

constexpr std::uint32_t realizations = 4000;
/// Of 48 means, one beyond it is a chance of 3e-6 or less, wherever the seed is chosen anew.
constexpr double standard_errors = 5.5;

void expect_means_of_the_law(PeerTraffic const& law) {
  CurandPeer peer(law, realizations, 2026);

  std::uint64_t const requests = peer.draw();
  PeerDemand const drawn = peer.demand();

  EXPECT_EQ(requests, std::accumulate(drawn.requests.begin(), drawn.requests.end(), std::uint64_t{0}));
  for (std::size_t tick = 0; tick < law.expected_requests.size(); ++tick) {
    double const expected = law.expected_requests[tick];  // drift and bursts have mean 1
    auto const expect_mean = [&](Estimate const& estimate, double mean) {
      EXPECT_NEAR(estimate.mean, mean, standard_errors * estimate.error + 1e-9) << "tick " << tick;
    };
    expect_mean(over_realizations(drawn.requests, realizations, tick), expected);
    expect_mean(over_realizations(drawn.prompt_tokens, realizations, tick), expected * mean_length(prompt));
    expect_mean(over_realizations(drawn.completion_tokens, realizations, tick), expected * mean_length(completion));
  }
}

TEST(CurandPeer, DrawsMeansOfTheLaw) { expect_means_of_the_law(traffic(0, 0)); }

TEST(CurandPeer, DriftAndBurstsKeepTheMeans) { expect_means_of_the_law(traffic(0.35F, 0.5F)); }

TEST(CurandPeer, DriftAndBurstsSpreadTheCounts) {
  CurandPeer peer(traffic(0.35F, 0.5F), realizations, 2026);
  peer.draw();

  double const lambda = 400;
  Estimate const counts = over_realizations(peer.demand().requests, realizations, 4);

  // Poisson, and a product of independent factors of mean 1: var = λ + λ²((1 + cv²)·exp(s²) − 1)
  double const variance = lambda + lambda * lambda * (1.25 * std::exp(0.35 * 0.35) - 1);
  double const measured = counts.error * counts.error * (realizations - 1);
  EXPECT_NEAR(measured / variance, 1, 0.2);  // a variance's own error is √((kurtosis − 1)/n), kurtosis below 9: 0.045, so 4.4 of it
}

TEST(CurandPeer, DrawsDriftThatPersists) {
  PeerTraffic law = traffic(0.35F, 0);
  law.expected_requests.assign(2, 1000);
  CurandPeer peer(law, realizations, 2026);
  peer.draw();
  PeerDemand const drawn = peer.demand();

  double sum[2] = {}, product[3] = {};
  for (std::uint32_t i = 0; i < realizations; ++i) {
    double const now = std::log(drawn.requests[2 * i]);
    double const next = std::log(drawn.requests[2 * i + 1]);
    sum[0] += now, sum[1] += next;
    product[0] += now * now, product[1] += next * next, product[2] += now * next;
  }
  double const n = realizations;
  auto const covariance = [&](double xy, double x, double y) { return xy / n - x / n * y / n; };
  double const correlation =
      covariance(product[2], sum[0], sum[1]) / std::sqrt(covariance(product[0], sum[0], sum[0]) * covariance(product[1], sum[1], sum[1]));

  // counting adds E[1/rate] = exp(s²)/λ to a variance of s²; a correlation's standard error is (1 − ρ²)/√n
  double const drift = 0.35 * 0.35;
  double const expected = 0.977 * drift / (drift + std::exp(drift) / 1000);
  EXPECT_NEAR(correlation, expected, 5 * (1 - expected * expected) / std::sqrt(n));
}

TEST(CurandPeer, SumsAlikeInBatchesOfAnySize) {
  // batches that end in the middle of realizations, before empty ticks and behind them
  PeerTraffic law = traffic(0, 0);
  law.prompt.sigma = law.completion.sigma = 0;  // every request is alike, so sums follow from counts
  auto const alike = static_cast<std::uint64_t>(std::rint(std::exp(prompt.mu)));

  for (std::uint64_t const most_requests : {600U, 1000U, 50000U}) {
    CurandPeer peer(law, 8, 7, most_requests);
    peer.draw();
    PeerDemand const drawn = peer.demand();

    for (std::size_t cell = 0; cell < drawn.requests.size(); ++cell)
      EXPECT_EQ(drawn.prompt_tokens[cell], alike * drawn.requests[cell]) << "cell " << cell << ", batches of " << most_requests;
  }
}

TEST(CurandPeer, DrawsAnewEveryTime) {
  CurandPeer peer(traffic(0, 0), 50, 7);
  peer.draw();
  PeerDemand const first = peer.demand();

  peer.draw();

  EXPECT_NE(peer.demand().requests, first.requests);
  EXPECT_NE(peer.demand().prompt_tokens, first.prompt_tokens);
}

TEST(CurandPeer, RefusesATickThatNoBatchHolds) {
  CurandPeer peer(traffic(0, 0), 1, 7, 100);

  EXPECT_THROW(peer.draw(), std::runtime_error);
}

}  // namespace
}  // namespace fleetcast
