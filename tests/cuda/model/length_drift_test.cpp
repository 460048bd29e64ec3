#include "cuda/model/length_drift.cuh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>
#include <tuple>

#include "tests/cuda/model/counting_lane.hpp"
#include "tests/cuda/model/planned_traffic.hpp"
#include "tests/cuda/model/points.hpp"
#include "tests/cuda/model/sample_mean.hpp"

namespace fleetcast {
namespace {

using test::deviations;
using test::largest_mean_deviation;
using test::law_realizations;
using test::Paths;
using test::PlannedTraffic;
using test::product_deviations;

constexpr std::uint32_t ticks = 12;
constexpr double infinite = std::numeric_limits<double>::infinity();

/// One of the three processes.
enum Process : std::size_t { rate, prompt, completion };

/// A length drift, as its keys say it; half-lives in minutes, which are ticks.
struct Law {
  double log_sd[3];
  double half_life[3];
  double rate_prompt, rate_completion, prompt_completion;

  std::string toml() const {
    return fmt::format(
        "[sweep]\nseed = 41\n[workload]\ndrift_log_sd = {}\ndrift_half_life_minutes = {}\nprompt_drift_log_sd = {}\nprompt_drift_half_life_minutes = "
        "{}\n"
        "completion_drift_log_sd = {}\ncompletion_drift_half_life_minutes = {}\n"
        "[workload.drift_correlation]\nrate_prompt = {}\nrate_completion = {}\nprompt_completion = {}\n",
        log_sd[rate], half_life[rate], log_sd[prompt], half_life[prompt], log_sd[completion], half_life[completion], rate_prompt, rate_completion,
        prompt_completion);
  }
  double persistence(Process a) const { return std::exp2(-1.0 / half_life[a]); }
  double innovations(Process a, Process b) const {
    if (a == b) return 1.0;
    return a + b == rate + prompt ? rate_prompt : a + b == rate + completion ? rate_completion : prompt_completion;
  }
  /// Correlation of z_a in a tick with z_b `lag` ticks later. z is the sum of all innovations so far, each forgotten with its age:
  /// Σ φ_a^k·φ_b^k of the innovations' covariance. What never forgets has no innovations, but its start.
  double states(Process a, Process b, double lag) const {
    double const forget_a = persistence(a);
    double const forget_b = persistence(b);
    double correlation = innovations(a, b);
    if (forget_a < 1.0 || forget_b < 1.0) {
      double sum = 0.0;
      double left = 1.0;
      for (int age = 0; age < 10000; ++age, left *= forget_a * forget_b) sum += left;
      correlation *= std::sqrt((1.0 - forget_a * forget_a) * (1.0 - forget_b * forget_b)) * sum;
    }
    return correlation * std::pow(forget_b, lag);
  }
};

constexpr Law laws[] = {
    {{0.3, 0.25, 0.4}, {4, 60, 15}, 0.7, -0.5, -0.2},
    {{0.3, 0.2, 0.2}, {20, 20, 20}, 0.6, 0.6, 0.9},
    {{0.0, 0.2, 0.3}, {30, infinite, infinite}, 0.8, -0.3, 0.1},  // a rate that doesn't drift has its innovations all the same
    {{0.5, 0.2, 0.3}, {infinite, 10, infinite}, 0.9, 0.3, 0.3},
    {{0.0, 0.4, 0.0}, {30, 8, 30}, 0.0, 0.0, 0.0},
};

using States = std::array<Paths, 3>;

/// z of rate, prompt and completion lengths, those of the lengths taken from their factors: z = (ln f + s²/2)/s.
States draw_states(Law const& law) {
  PlannedTraffic const traffic(law.toml());
  auto lengths = test::follow_realizations<2>(ticks, law_realizations, [&]<class Lane>(std::uint32_t first) {
    return [&traffic, first, drift = LengthDrift<Lane>()](std::uint32_t tick) mutable {
      auto const factors = drift.next(traffic.view(), tick, Lane::count_from(first), first);
      return std::array{factors.prompt, factors.completion};
    };
  });
  for (Process const of : {prompt, completion})
    for (auto& tick : lengths[of - 1])
      for (double& value : tick) value = (std::log(value) + 0.5 * law.log_sd[of] * law.log_sd[of]) / law.log_sd[of];
  double const persistence = law.persistence(rate);
  DriftView const of_rate{law.log_sd[rate], persistence, std::sqrt(1.0 - persistence * persistence)};
  return {test::drift_states(traffic.view(), of_rate, 0, ticks, law_realizations), std::move(lengths[0]), std::move(lengths[1])};
}

/// The states of laws[number].
States const& states(std::size_t number) {
  static std::map<std::size_t, States> drawn;
  auto const [known, is_new] = drawn.try_emplace(number);
  if (is_new) known->second = draw_states(laws[number]);
  return known->second;
}

bool drifts(Law const& law, Process of) { return of == rate || law.log_sd[of] > 0.0; }

TEST(LengthDrift, IsJointlyStationaryFromTheFirstTickOn) {
  for (auto const& law : laws) {
    auto const& z = states(static_cast<std::size_t>(&law - laws));
    for (Process const a : {rate, prompt, completion})
      for (Process const b : {rate, prompt, completion}) {
        if (!drifts(law, a) || !drifts(law, b)) continue;
        for (auto const& [from, lag] : {std::pair{0, 0}, std::pair{0, 1}, std::pair{0, 5}, std::pair{5, 0}, std::pair{5, 1}, std::pair{5, 6}})
          EXPECT_LE(product_deviations(z[a][static_cast<std::size_t>(from)], z[b][static_cast<std::size_t>(from + lag)], law.states(a, b, lag)),
                    largest_mean_deviation)
              << "law " << &law - laws << ", processes " << a << " and " << b << ", from tick " << from << ", lag " << lag;
      }
  }
}

// With half-lives of 4 and 60 minutes an innovations' correlation of 0.7 leaves 0.34 between the states.
TEST(LengthDrift, IsCaughtWhenItStartsWithTheCorrelationOfInnovations) {
  auto const& z = states(0);

  EXPECT_NEAR(laws[0].states(rate, prompt, 0), 0.34, 0.01);
  EXPECT_GT(product_deviations(z[rate][0], z[prompt][0], 0.7), largest_mean_deviation);
}

// A log-normal factor of mean 1 has the variance exp(s²) - 1.
TEST(LengthDrift, KeepsTheMeanOfItsFactors) {
  for (auto const& law : laws) {
    auto const& z = states(static_cast<std::size_t>(&law - laws));
    for (Process const of : {prompt, completion}) {
      if (!drifts(law, of)) continue;
      double const s = law.log_sd[of];
      for (std::size_t const tick : {0U, 1U, ticks - 1}) {
        std::vector<double> factors;
        for (double const value : z[of][tick]) factors.push_back(std::exp(s * value - 0.5 * s * s));

        EXPECT_LE(deviations(factors, 1.0, std::sqrt(std::expm1(s * s))), largest_mean_deviation) << "law " << &law - laws << ", tick " << tick;
      }
    }
  }
}

TEST(LengthDrift, LeavesTheOtherLengthAlone) {
  PlannedTraffic const traffic("[workload]\nprompt_drift_log_sd = 0.5\n");
  LengthDrift<ScalarDrawLane> drift;

  for (std::uint32_t tick = 0; tick < 50; ++tick) {
    auto const factors = drift.next(traffic.view(), tick, 3, 3);
    EXPECT_NE(factors.prompt, 1.0);
    EXPECT_EQ(factors.completion, 1.0);
  }
}

/// Traffic whose lengths drift wildly, beyond what a sweep file may ask for.
TrafficView wild_traffic() {
  TrafficView traffic{};
  traffic.seed = 42;
  DriftView const wild{3.0, 0.5, std::sqrt(0.75)};
  traffic.length_drift = {true, wild, wild, {}, {0.6, 0.8, 0.0, -0.6, 0.8}};
  return traffic;
}

TEST(LengthDrift, HoldsFactorsAt64) {
  TrafficView const traffic = wild_traffic();
  int held = 0;
  for (std::uint64_t realization = 0; realization < 2000; ++realization) {
    LengthDrift<ScalarDrawLane> drift;
    double z = 0.0;
    for (std::uint32_t tick = 0; tick < 10; ++tick) {
      double const own = tick_normal<ScalarDrawLane>(42, Stream::prompt_drift, 0, tick, realization, realization);
      double const of_rate = tick_normal<ScalarDrawLane>(42, Stream::drift, 0, tick, realization, realization);
      z = tick == 0 ? own : 0.5 * z + std::sqrt(0.75) * (0.6 * of_rate + 0.8 * own);

      double const factor = drift.next(traffic, tick, realization, realization).prompt;

      double const free = std::exp(3.0 * z - 4.5);
      ASSERT_NEAR(factor, std::fmin(free, 64.0), 1e-12 * free);
      held += factor == 64.0 ? 1 : 0;
    }
  }
  // a factor passes 64 where z > (ln 64 + 4.5)/3 = 2.886: 39 times are expected
  EXPECT_GT(held, 0);
}

TEST(LengthDrift, TakesAThirdBlockOnlyWhereALengthMovesWithTheRate) {
  TrafficView traffic = wild_traffic();
  LengthDrift<test::CountingLane> drift;
  test::CountingLane::take_blocks();
  for (auto const& [prompt, completion, blocks] : {std::tuple{0.0, 0.0, 2U}, std::tuple{0.6, 0.0, 3U}, std::tuple{0.0, -0.6, 3U}}) {
    traffic.length_drift.later = {prompt, 0.8, completion, 0.0, 0.8};
    drift.next(traffic, 1, 0, 0);

    EXPECT_EQ(test::CountingLane::take_blocks(), blocks);
  }
}

// ---- Rounding ----

TEST(ScaledTokens, RoundTiesToEven) {
  EXPECT_EQ(scaled_tokens(1, 0.5), 0U);
  EXPECT_EQ(scaled_tokens(3, 0.5), 2U);
  EXPECT_EQ(scaled_tokens(5, 0.5), 2U);
  EXPECT_EQ(scaled_tokens(7, 0.5), 4U);
  EXPECT_EQ(scaled_tokens(6, 0.25), 2U);
  EXPECT_EQ(scaled_tokens(10, 0.25), 2U);
  EXPECT_EQ(scaled_tokens((1ULL << 52) - 1, 0.5), 1ULL << 51);  // 2^51 - ½
  EXPECT_EQ(scaled_tokens((1ULL << 52) - 3, 0.5), (1ULL << 51) - 2);
}

TEST(ScaledTokens, KeepSumsThatNothingScales) {
  std::mt19937_64 engine(1);
  EXPECT_EQ(scaled_tokens(0, 64.0), 0U);
  for (int i = 0; i < 10000; ++i) {
    std::uint64_t const tokens = engine() >> (11 + engine() % 53);
    ASSERT_EQ(scaled_tokens(tokens, 1.0), tokens);
  }
}

TEST(ScaledTokens, AreTheNearestIntegerOfTheProductInDouble) {
  std::mt19937_64 engine(2);
  for (int i = 0; i < 1000000; ++i) {
    std::uint64_t const tokens = engine() >> (8 + engine() % 56);
    double const factor = std::exp2(7.0 * test::uniform(engine) - 1.0) * (i % 2 == 0 ? 1.0 : 1e-3);

    ASSERT_EQ(scaled_tokens(tokens, factor), static_cast<std::uint64_t>(std::nearbyint(static_cast<double>(tokens) * factor)));
  }
  EXPECT_EQ(scaled_tokens((1ULL << 56) - 256, 64.0), ((1ULL << 56) - 256) * 64);
}

// So that rows of single requests add up to the tick: no request gets a negative number, none is off by a token or more.
TEST(ScaledTokens, OfRunningSumsGiveEachRequestItsShare) {
  std::mt19937_64 engine(3);
  for (double const factor : {0.013, 0.5, 0.999, 1.0, 1.7, 64.0}) {
    std::uint64_t raw = 0;
    std::uint64_t sum = 0;
    for (int request = 0; request < 10000; ++request) {
      std::uint64_t const length = engine() % 5000;
      std::uint64_t const before = scaled_tokens(raw, factor);
      raw += length;
      std::uint64_t const after = scaled_tokens(raw, factor);

      ASSERT_GE(after, before);
      ASSERT_LE(std::fabs(static_cast<double>(after - before) - factor * static_cast<double>(length)), 1.0 + 1e-6);
      sum += after - before;
    }
    EXPECT_EQ(sum, scaled_tokens(raw, factor));
  }
}

// ---- Tiles ----

struct Tokens {
  std::vector<std::uint64_t> prompt, completion;
};

/// Rows of tokens in a tile, scaled a register's worth of rows at a time.
template <class Lane>
Tokens scale(TrafficView const& traffic, Tokens tokens, std::uint64_t first, std::uint32_t rows) {
  DemandView const demand{traffic.total_ticks, nullptr, nullptr, tokens.prompt.data(), tokens.completion.data(), nullptr};
  for (std::uint32_t row = 0; row < rows; row += Lane::width)
    scale_lengths<Lane>(traffic, first, row, std::min<std::uint32_t>(Lane::width, rows - row), demand);
  return tokens;
}

TEST(ScaleLengths, IsTheSameInEveryLaneAndLeavesOtherRowsAlone) {
  constexpr std::uint32_t rows = 21;
  TrafficView traffic = wild_traffic();
  traffic.total_ticks = 37;
  std::mt19937_64 engine(4);
  Tokens raw{std::vector<std::uint64_t>((rows + 1) * 37), std::vector<std::uint64_t>((rows + 1) * 37)};
  for (auto* const column : {&raw.prompt, &raw.completion})
    for (auto& tokens : *column) tokens = engine() >> (14 + engine() % 50);

  for (std::uint64_t const first : {5ULL, 0x300000002ULL}) {
    Tokens plain = raw;
    for (std::uint32_t row = 0; row < rows; ++row) {
      LengthDrift<ScalarDrawLane> drift;
      for (std::uint32_t tick = 0; tick < 37; ++tick) {
        auto const factors = drift.next(traffic, tick, (first + row) & 0xffffffff, first + row);
        plain.prompt[row * 37 + tick] = scaled_tokens(raw.prompt[row * 37 + tick], factors.prompt);
        plain.completion[row * 37 + tick] = scaled_tokens(raw.completion[row * 37 + tick], factors.completion);
      }
    }
    auto const expect_plain = [&]<class Lane>() {
      Tokens const scaled = scale<Lane>(traffic, raw, first, rows);
      EXPECT_EQ(scaled.prompt, plain.prompt) << "width " << Lane::width;
      EXPECT_EQ(scaled.completion, plain.completion) << "width " << Lane::width;
    };
    expect_plain.template operator()<ScalarDrawLane>();
    test::for_each_vector_lane(expect_plain);
  }
}

}  // namespace
}  // namespace fleetcast
