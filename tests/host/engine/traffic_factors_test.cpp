#include "host/engine/traffic_factors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "cuda/model/paired_lengths.hpp"
#include "tests/cuda/model/points.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

using testing::plan_of;

constexpr double infinite = std::numeric_limits<double>::infinity();

Scenario scenario_of(WorkloadConfig const& workload, std::uint32_t tick_seconds, std::uint32_t burst_ticks = 1) {
  Scenario scenario;
  scenario.burst_ticks = burst_ticks;
  set_traffic_factors(scenario, workload, tick_seconds);
  return scenario;
}

// ---- Drift ----

TEST(Drift, HalvesItsCorrelationInEachHalfLife) {
  for (std::uint32_t const tick_seconds : {1U, 60U, 3600U})
    for (double const half_life : {0.01, 0.5, 30.0, 1440.0, 1e6}) {
      WorkloadConfig workload;
      workload.drift = {{0.3, half_life}};

      DriftView const drift = scenario_of(workload, tick_seconds).drifts.at(0);

      EXPECT_NEAR(drift.persistence, std::exp2(-(tick_seconds / 60.0) / half_life), 4e-16);
      EXPECT_NEAR(drift.persistence * drift.persistence + drift.innovation * drift.innovation, 1.0, 4e-16) << "stationary with variance 1";
      EXPECT_EQ(drift.log_sd, 0.3);
    }
}

TEST(Drift, NeverForgetsWithAnInfiniteHalfLife) {
  WorkloadConfig workload;
  workload.drift = {{0.3, infinite}};

  DriftView const drift = scenario_of(workload, 60).drifts.at(0);

  EXPECT_EQ(drift.persistence, 1.0);
  EXPECT_EQ(drift.innovation, 0.0);
}

TEST(Drift, KeepsThePlacesOfScalesThatStandStill) {
  WorkloadConfig workload;
  workload.drift = {{0.0, 30}, {0.5, 10}};
  EXPECT_EQ(scenario_of(workload, 60).drifts.size(), 2U) << "a scale's place names its draws";
  workload.drift = {{0.0, 30}, {0.0, 10}};
  EXPECT_TRUE(scenario_of(workload, 60).drifts.empty());
}

TEST(Drift, MeansTheSameInBothForms) {
  std::string const sweep = "[sweep]\nrealizations = 5\nminutes = 60\n";
  Plan const in_short = plan_of(sweep + "[workload]\ndrift_log_sd = 0.4\ndrift_half_life_minutes = 9\n");
  Plan const as_list = plan_of(sweep + "[[workload.drift]]\nlog_sd = 0.4\nhalf_life_minutes = 9\n");
  auto const requests = [](Plan const& plan) {
    auto const backend = make_cpu_backend(plan, 1, "", 64 << 20);
    return testing::sums_of(plan, *backend).cells[0].square(Entry::billed_replica_ticks, 0);
  };

  EXPECT_EQ(requests(as_list), requests(in_short));
}

// ---- Silence ----

TEST(Silence, IsThereAtItsShareAndForItsLength) {
  WorkloadConfig workload;
  workload.silence_share = 0.3;
  workload.silence_seconds = 400;

  Scenario const scenario = scenario_of(workload, 20, 5);  // intervals of 100 s

  EXPECT_NEAR(static_cast<double>(scenario.silence.first), 0.3 * 0x1p32, 1.0);
  EXPECT_NEAR(static_cast<double>(scenario.silence.ends), 0.25 * 0x1p32, 1.0);
  // as many begin as end: 0.7·starts = 0.3·ends
  EXPECT_NEAR(static_cast<double>(scenario.silence.starts), 0.3 * 0.25 / 0.7 * 0x1p32, 1.0);
  EXPECT_NEAR(scenario.silence.open_rate, 1.0 / 0.7, 1e-15);
}

TEST(Silence, IsCertainToChangeAtItsLimit) {
  WorkloadConfig workload;
  workload.silence_share = 0.5;

  Scenario const scenario = scenario_of(workload, 60);

  EXPECT_EQ(scenario.silence.ends, 1ULL << 32);
  EXPECT_EQ(scenario.silence.starts, 1ULL << 32);
}

TEST(Silence, IsNotThereByDefault) { EXPECT_EQ(scenario_of({}, 60).silence.first, 0U); }

// ---- Drift of lengths ----

/// Covariance matrix of rate, prompt and completion.
using Matrix = std::array<std::array<double, 3>, 3>;

/// What a mix makes of independent normals: L·Lᵀ.
Matrix covariance(InnovationMix const& mix) {
  double const l[3][3] = {{1, 0, 0}, {mix.prompt_rate, mix.prompt_own, 0}, {mix.completion_rate, mix.completion_prompt, mix.completion_own}};
  Matrix product{};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      for (std::size_t k = 0; k < 3; ++k) product[i][j] += l[i][k] * l[j][k];
  return product;
}

/// A random correlation matrix, of the cosines between three random directions: all there are can come.
DriftCorrelationConfig random_correlation(std::mt19937_64& engine) {
  double direction[3][3];
  for (auto& v : direction) {
    double square = 0.0;
    for (double& x : v) {
      x = 2.0 * test::uniform(engine) - 1.0;
      square += x * x;
    }
    for (double& x : v) x /= std::sqrt(square);
  }
  auto const cosine = [&](int a, int b) {
    double const sum = direction[a][0] * direction[b][0] + direction[a][1] * direction[b][1] + direction[a][2] * direction[b][2];
    return std::clamp(sum, -1.0, 1.0);
  };
  return {cosine(0, 1), cosine(0, 2), cosine(1, 2)};
}

WorkloadConfig drifting_lengths(DriftCorrelationConfig const& correlation, double rate, double prompt, double completion) {
  WorkloadConfig workload;
  workload.single_drift = {0.4, rate};
  workload.prompt_drift = {0.3, prompt};
  workload.completion_drift = {0.2, completion};
  workload.drift_correlation = correlation;
  return workload;
}

TEST(LengthDrift, MixesInnovationsToTheCorrelationsThatAreAskedFor) {
  std::mt19937_64 engine(1);
  for (int i = 0; i < 1000; ++i) {
    auto const correlation = random_correlation(engine);

    Scenario const scenario = scenario_of(drifting_lengths(correlation, 30, 20, 10), 60);

    ASSERT_EQ(scenario.problem, "");
    Matrix const mixed = covariance(scenario.length_drift.later);
    ASSERT_NEAR(mixed[1][1], 1.0, 1e-12);
    ASSERT_NEAR(mixed[2][2], 1.0, 1e-12);
    ASSERT_NEAR(mixed[0][1], correlation.rate_prompt, 1e-12);
    ASSERT_NEAR(mixed[0][2], correlation.rate_completion, 1e-12);
    ASSERT_NEAR(mixed[1][2], correlation.prompt_completion, 1e-12);
  }
}

// A covariance is stationary if a tick leaves it as it is: φ_i·φ_j of it stay, q_i·q_j of the innovations' come, q² = 1 - φ².
TEST(LengthDrift, StartsWithTheCovarianceThatATickLeavesAsItIs) {
  std::mt19937_64 engine(2);
  for (double const rate : {5.0, 30.0, infinite})
    for (double const prompt : {5.0, 77.0, infinite})
      for (double const completion : {0.3, 30.0, 77.0, infinite})
        for (int i = 0; i < 20; ++i) {
          auto const correlation = random_correlation(engine);
          Scenario const scenario = scenario_of(drifting_lengths(correlation, rate, prompt, completion), 60);
          ASSERT_EQ(scenario.problem, "");

          Matrix const start = covariance(scenario.length_drift.at_start);
          Matrix const innovations = covariance(scenario.length_drift.later);

          DriftView const views[] = {scenario.drifts.at(0), scenario.length_drift.prompt, scenario.length_drift.completion};
          for (std::size_t a = 0; a < 3; ++a)
            for (std::size_t b = 0; b < 3; ++b)
              ASSERT_NEAR(start[a][b],
                          views[a].persistence * views[b].persistence * start[a][b] + views[a].innovation * views[b].innovation * innovations[a][b],
                          1e-12)
                  << "half-lives " << rate << ", " << prompt << ", " << completion;
        }
}

// Where nothing is forgotten, a tick leaves any covariance as it is: the one asked for is that of the start. What never forgets can't keep up
// with what does.
TEST(LengthDrift, StartsAsAskedForWhereNothingIsForgotten) {
  DriftCorrelationConfig const correlation{0.6, -0.3, 0.4};

  Matrix const all = covariance(scenario_of(drifting_lengths(correlation, infinite, infinite, infinite), 60).length_drift.at_start);
  Matrix const one = covariance(scenario_of(drifting_lengths(correlation, 30, infinite, 30), 60).length_drift.at_start);

  EXPECT_NEAR(all[0][1], 0.6, 1e-15);
  EXPECT_NEAR(all[0][2], -0.3, 1e-15);
  EXPECT_NEAR(all[1][2], 0.4, 1e-15);
  EXPECT_EQ(one[0][1], 0.0);
  EXPECT_NEAR(one[0][2], -0.3, 1e-15);
  EXPECT_EQ(one[1][2], 0.0);
}

TEST(LengthDrift, TakesTheFirstScaleForTheRate) {
  DriftCorrelationConfig const correlation{0.6, -0.3, 0.4};
  WorkloadConfig workload = drifting_lengths(correlation, 45, 20, 10);  // not the 30 minutes of a drift that isn't set
  InnovationMix const in_short = scenario_of(workload, 60).length_drift.at_start;
  workload.single_drift = {};
  workload.drift = {{0.4, 45}, {0.2, 500}};

  InnovationMix const as_list = scenario_of(workload, 60).length_drift.at_start;

  EXPECT_EQ(as_list.prompt_rate, in_short.prompt_rate);
  EXPECT_EQ(as_list.completion_rate, in_short.completion_rate);
}

TEST(LengthDrift, CopesWithLengthsThatMoveAsOne) {
  for (double const sign : {-1.0, 1.0}) {
    Scenario const scenario = scenario_of(drifting_lengths({sign, sign, 1.0}, 30, 30, 30), 60);

    EXPECT_EQ(scenario.problem, "");
    for (InnovationMix const& mix : {scenario.length_drift.at_start, scenario.length_drift.later}) {
      EXPECT_EQ(mix.prompt_rate, sign);
      EXPECT_EQ(mix.prompt_own, 0.0);
      EXPECT_EQ(mix.completion_rate, sign);
      EXPECT_EQ(mix.completion_prompt, 0.0);
      EXPECT_EQ(mix.completion_own, 0.0);
    }
  }
}

TEST(LengthDrift, IsNotThereByDefault) { EXPECT_FALSE(scenario_of({}, 60).length_drift.drifts); }

// ---- Lengths ----

RequestClass const& class_of(Plan const& plan) { return *plan.scenarios.at(0).classes.at(0); }

TEST(RankCorrelation, KeepsBothTablesAndDeclaresWhatItReached) {
  Plan const independent = plan_of("[sweep]\nminutes = 9\n");
  for (double const rho : {-0.99, -0.4, 0.2, 0.99}) {
    Plan const plan = plan_of("[sweep]\nminutes = 9\n", {"workload.class.0.rank_correlation=" + std::to_string(rho)});
    RequestClass const& drawn = class_of(plan);

    EXPECT_EQ(drawn.pairs, quantile_table_size);
    EXPECT_EQ(drawn.prompt, class_of(independent).prompt);
    auto completion = drawn.completion;
    std::sort(completion.begin(), completion.end());
    EXPECT_EQ(completion, class_of(independent).completion);
    EXPECT_EQ(drawn.prompt_mean, class_of(independent).prompt_mean);
    EXPECT_EQ(drawn.completion_square, class_of(independent).completion_square);
    EXPECT_EQ(drawn.rank_correlation_error, spearman_rho(drawn.prompt, drawn.completion) - rho);
    EXPECT_NEAR(drawn.rank_correlation_error, 0.0, 1e-3) << "these lengths have few ties";
  }
  EXPECT_EQ(class_of(independent).pairs, 0U);
  EXPECT_EQ(class_of(independent).rank_correlation_error, 0.0);
}

// A completion of 1 or 2 tokens, half of each, has two ranks, ¼ and ¾. With X and Y normal and correlated by r, their covariance with the ranks
// of X is a quarter of E Φ(X)·sign Y = asin(r/√2)/π (Sheppard, for (X - Z)/√2 and Y); the ranks spread by ¼ and by 1/√12. Points of low
// discrepancy miss what lies on one side of a curve by about n^-¾ = 7e-4, and rho takes that √12-fold.
TEST(RankCorrelation, DeclaresWhatTiesLeaveOfIt) {
  Plan const plan =
      plan_of("[sweep]\nminutes = 9\n[[workload.class]]\nrank_correlation = 0.8\ncompletion = { median = 1.5, sigma = 0.001, min = 1, max = 2 }\n");

  double const correlation = 2.0 * std::sin(0.8 * 3.14159265358979323846 / 6.0);
  double const expected = std::sqrt(12.0) / 3.14159265358979323846 * std::asin(correlation / std::sqrt(2.0));
  EXPECT_NEAR(0.8 + class_of(plan).rank_correlation_error, expected, 2.4e-3);
}

TEST(Mixture, IsTabledByItsParts) {
  Plan const plan = plan_of(
      "[sweep]\nminutes = 9\n[[workload.class]]\nprompt = { mixture = [{ weight = 1, median = 50, sigma = 0.1 }, { weight = 0, median = 700, sigma = "
      "0.1 }, { weight = 3, median = 3000, sigma = 0.1 }] }\n");
  auto const& prompt = class_of(plan).prompt;

  EXPECT_LT(prompt[quantile_table_size / 4 - 1], 80U);
  EXPECT_GT(prompt[quantile_table_size / 4 + 1], 1900U) << "a part of weight 0 takes no part";
}

// ---- Draining ----

TEST(Drain, RoundsUpToTicksAndWalksApart) {
  Plan const plan = plan_of("[sweep]\nminutes = 9\n[grid]\n\"autoscaler.drain_seconds\" = [0, 0.5, 60, 61, 119.9, 1000]\n");

  std::vector<std::uint32_t> ticks;
  for (auto const& group : plan.groups) ticks.push_back(group.drain_ticks);
  EXPECT_EQ(ticks, (std::vector<std::uint32_t>{0, 1, 2, 17}));
  EXPECT_EQ(plan.groups[1].policy_count, 2U);
}

// A fleet of four may be replaced in every tick: each of ten ticks bills four standing and, of two ticks' removals, four each.
TEST(Drain, MakesRoomForItsBillInTheHistogram) {
  auto const plan = [](char const* drain) {
    return plan_of("[sweep]\nminutes = 10\n[autoscaler]\nmax_replicas = 4\n", {std::string("autoscaler.drain_seconds=") + drain});
  };

  EXPECT_EQ(plan("0").billed_bins.count, 41U);
  EXPECT_EQ(plan("120").billed_bins.count, 121U);
  EXPECT_EQ(plan("86400").billed_bins.count, plan("600").billed_bins.count) << "no drain outlasts the run";
}

}  // namespace
}  // namespace fleetcast
