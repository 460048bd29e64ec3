#include "host/stats/control_variate.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "hand_tallies.hpp"

namespace fleetcast {
namespace {

using testing::HandDay;

/// Days of work 0 … 9999 (mean 4999.5) whose cost is half of it, plus noise of up to ±noise.
CellTallies tallies(std::uint64_t seed, std::int64_t noise, std::size_t n) {
  std::mt19937_64 random(seed);
  std::vector<HandDay> days(n);
  for (auto& day : days) {
    day.work = static_cast<std::int64_t>(random() % 10000);
    day.billed = 20000 + day.work / 2 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(2 * noise + 1)) - noise;
  }
  CellTallies t = testing::no_cells();
  testing::add_cell(t, days);
  t.expected_work[0] = 4999.5;
  return t;
}

TEST(ControlVariate, TakesOffWhatTheWorkExplains) {
  ControlledCost const e = cost_with_known_work(tallies(1, 100, 1000), 0.95, 0);

  // sd of the noise 58, of half the work 1443; a mean of 1000 with either: 1.8 and 46. The factor is 1 + (1443/58)² = 620, ± 9% for two
  // variances of 1000, and the leverage
  EXPECT_NEAR(e.usd.mean, 20000 + 2499.5, 5 * 1.9);
  EXPECT_NEAR(e.usd.std_error, 1.83, 0.2);
  EXPECT_NEAR(e.variance_factor, 620, 120);
}

TEST(ControlVariate, CoversTheTruthAsOftenAsItSays) {
  // 1000 repeats: 95% ± 5 standard errors of 0.7%
  int covered = 0;
  for (std::uint64_t repeat = 0; repeat < 1000; ++repeat) {
    Estimate const e = cost_with_known_work(tallies(repeat, 2000, 50), 0.95, 0).usd;
    covered += e.low <= 22499.5 && 22499.5 <= e.high;  // half of odd work is cut down by a quarter on average: 0.1 of a standard error of 160
  }
  EXPECT_NEAR(covered / 1000.0, 0.95, 0.035);
}

TEST(ControlVariate, OfWorkThatNeverVariesIsThePlainMean) {
  CellTallies t = testing::no_cells();
  std::vector<HandDay> days(60);
  for (std::size_t i = 0; i < days.size(); ++i) days[i].billed = static_cast<std::int64_t>(i);
  testing::add_cell(t, days);

  ControlledCost const e = cost_with_known_work(t, 0.95, 0);

  EXPECT_DOUBLE_EQ(e.usd.mean, 29.5);
  EXPECT_NEAR(e.variance_factor, 58.0 / 59.0, 1e-12);  // a degree of freedom for nothing
}

TEST(ControlVariate, OfFewRealizationsHasNoInterval) { EXPECT_TRUE(std::isnan(cost_with_known_work(tallies(1, 100, 49), 0.95, 0).usd.low)); }

}  // namespace
}  // namespace fleetcast
