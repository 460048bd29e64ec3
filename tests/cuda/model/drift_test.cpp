#include "cuda/model/drift.cuh"

#include <Random123/philox.h>
#include <gtest/gtest.h>

#include <bit>

#include "tests/cuda/model/planned_traffic.hpp"
#include "tests/cuda/model/points.hpp"
#include "tests/cuda/model/sample_mean.hpp"

namespace fleetcast {
namespace {

using test::deviations;
using test::largest_mean_deviation;
using test::law_realizations;
using test::Paths;
using test::product_deviations;

constexpr std::uint32_t ticks = 33;
constexpr double infinite = std::numeric_limits<double>::infinity();

struct Scale {
  double log_sd, half_life_ticks;
  double correlation(double lag) const { return std::exp2(-lag / half_life_ticks); }
};
constexpr Scale scales[] = {{0.35, 4}, {0.2, 45}, {0.5, infinite}};

/// Three scales, in ticks of half a minute.
test::PlannedTraffic const& traffic() {
  static test::PlannedTraffic const planned(R"(
[sweep]
tick_seconds = 30
seed = 31
[workload]
[[workload.drift]]
log_sd = 0.35
half_life_minutes = 2
[[workload.drift]]
log_sd = 0.2
half_life_minutes = 22.5
[[workload.drift]]
log_sd = 0.5
half_life_minutes = inf
)");
  return planned;
}

/// z of each scale, [tick][realization].
Paths const& states(std::uint32_t scale) {
  static std::vector<Paths> const all = [] {
    std::vector<Paths> paths;
    for (std::uint32_t j = 0; j < 3; ++j)
      paths.push_back(test::drift_states(traffic().view(), traffic().view().drifts[j], j, ticks, law_realizations));
    return paths;
  }();
  return all[scale];
}

TEST(RateDrift, IsStandardNormalFromTheFirstTickOn) {
  ASSERT_EQ(traffic().view().drift_scales, 3U);
  for (std::uint32_t j = 0; j < 3; ++j)
    for (std::uint32_t const tick : {0U, 1U, 5U, 32U}) {
      auto const& z = states(j)[tick];

      EXPECT_LE(deviations(z, 0.0, 1.0), largest_mean_deviation) << "scale " << j << ", tick " << tick;
      EXPECT_LE(product_deviations(z, z, 1.0), largest_mean_deviation) << "scale " << j << ", tick " << tick;
    }
}

TEST(RateDrift, ForgetsWithItsHalfLife) {
  for (std::uint32_t j = 0; j < 3; ++j)
    for (std::uint32_t const from : {0U, 7U})
      for (std::uint32_t const lag : {1U, 4U, 25U}) {
        double const off = product_deviations(states(j)[from], states(j)[from + lag], scales[j].correlation(lag));

        EXPECT_LE(off, largest_mean_deviation) << "scale " << j << ", from tick " << from << " on, lag " << lag;
      }
}

// At the lag of the half-life the correlation is 0.5; a fifth longer makes it 0.561, 14 standard deviations of √(1.25/65536) off.
TEST(RateDrift, IsCaughtWhenAHalfLifeIsAFifthTooLong) {
  Scale const longer{scales[0].log_sd, 1.2 * scales[0].half_life_ticks};

  EXPECT_GT(product_deviations(states(0)[7], states(0)[11], longer.correlation(4)), largest_mean_deviation);
}

TEST(RateDrift, HasIndependentScales) {
  for (std::uint32_t i = 0; i < 3; ++i)
    for (std::uint32_t j = 0; j < i; ++j)
      for (auto const& [a, b] : {std::pair{0, 0}, std::pair{1, 1}, std::pair{32, 32}, std::pair{0, 1}, std::pair{1, 0}})
        EXPECT_LE(product_deviations(states(i)[static_cast<std::size_t>(a)], states(j)[static_cast<std::size_t>(b)], 0.0), largest_mean_deviation)
            << "scale " << i << " at tick " << a << ", scale " << j << " at tick " << b;
}

TEST(RateDrift, StandsStillAlongARealizationIfItsHalfLifeIsInfinite) {
  for (auto const& z : states(2)) ASSERT_EQ(z, states(2)[0]);
}

// A log-normal factor of mean 1 has the variance exp(s²) - 1.
TEST(RateDrift, KeepsTheMeanOfEachFactor) {
  for (std::uint32_t j = 0; j < 3; ++j)
    for (std::uint32_t const tick : {0U, 32U}) {
      std::vector<double> factors;
      for (double const z : states(j)[tick])
        factors.push_back(exponential<ScalarDrawLane>(drift_logarithm<ScalarDrawLane>(traffic().view().drifts[j], z)));

      double const square = scales[j].log_sd * scales[j].log_sd;
      EXPECT_LE(deviations(factors, 1.0, std::sqrt(std::expm1(square))), largest_mean_deviation) << "scale " << j << ", tick " << tick;
    }
}

/// Standard normal of words x and y of block (0, tick, realization, word), from Random123.
double normal_of(std::uint64_t seed, std::uint32_t tick, std::uint64_t realization, std::uint32_t stream) {
  r123::Philox4x32 generator;
  std::uint32_t const where = stream | static_cast<std::uint32_t>(realization >> 32) << 16;
  auto const block = generator({{0, tick, static_cast<std::uint32_t>(realization), where}},
                               {{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}});
  std::uint64_t const k = static_cast<std::uint64_t>(block[0]) << 20 | block[1] >> 12;
  return inverse_normal<ScalarDrawLane>((2.0 * static_cast<double>(k) + 1.0) * 0x1p-53);
}

TEST(RateDrift, NamesItsDrawsByScaleTickAndRealization) {
  constexpr std::uint64_t seed = 0x123456789abcdef0ULL;
  for (std::uint32_t scale = 0; scale < most_drift_scales; ++scale)
    for (std::uint32_t const tick : {0U, 1439U})
      for (std::uint64_t const realization : {7ULL, 0x2fffffff3ULL})
        EXPECT_EQ(drift_innovation<ScalarDrawLane>(seed, scale, tick, realization & 0xffffffff, realization),
                  normal_of(seed, tick, realization, 1U | scale << 8));
}

TEST(TickNormal, NamesTheDrawsOfLengthDriftByTheirStreams) {
  constexpr std::uint64_t realization = 0x100000005ULL;
  for (auto const& [stream, number] : {std::pair{Stream::prompt_drift, 8U}, std::pair{Stream::completion_drift, 9U}})
    EXPECT_EQ(tick_normal<ScalarDrawLane>(5, stream, 0, 3, realization & 0xffffffff, realization), normal_of(5, 3, realization, number));
}

TEST(DriftState, IsTheSameInEveryLane) {
  DriftView const drift{0.35, 0.9, std::sqrt(1.0 - 0.81)};
  auto const step = [&]<class Lane>(typename Lane::Real z) {
    return drift_logarithm<Lane>(drift, drift_state<Lane>(drift, 1, z, Lane::real(0.3) - z * z));
  };
  test::expect_same_bits_in_every_lane(test::points_between(-6.0, 6.0, 2000), step);
}

}  // namespace
}  // namespace fleetcast
