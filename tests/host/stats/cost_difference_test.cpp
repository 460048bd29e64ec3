#include "host/stats/cost_difference.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "hand_tallies.hpp"
#include "host/stats/centred_sums.hpp"

namespace fleetcast {
namespace {

using testing::HandDay;

/// Days whose cost follows the work with the given slope, plus noise of its own.
std::vector<HandDay> days(std::uint64_t seed, double slope, std::int64_t noise, std::size_t n = 400) {
  std::mt19937_64 traffic(1), own(seed);
  std::vector<HandDay> out(n);
  for (auto& day : out) {
    day.work = static_cast<std::int64_t>(traffic() % 10000);
    day.reference = day.work / 7;
    day.billed = static_cast<std::int64_t>(slope * static_cast<double>(day.work)) +
                 static_cast<std::int64_t>(own() % static_cast<std::uint64_t>(2 * noise + 1));
  }
  return out;
}

/// Standard error of the mean difference of what two cells cost, from their realizations.
double true_std_error(std::vector<HandDay> const& x, std::vector<HandDay> const& y) {
  Sum128 sum = 0, square = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    std::int64_t const difference = x[i].billed - y[i].billed;
    sum += difference;
    square += static_cast<Sum128>(difference) * difference;
  }
  auto const n = static_cast<double>(x.size());
  return std::sqrt(centred_product(x.size(), sum, sum, square) / (n - 1) / n);
}

TEST(CostDifference, IsBoundedByWhatBothShareWithTheTraffic) {
  auto const x = days(2, 1.0, 100), y = days(3, 1.1, 100);
  CellTallies t = testing::no_cells();
  testing::add_cell(t, x);
  testing::add_cell(t, y);

  CostLine const a = cost_line(t, 0), b = cost_line(t, 1);
  double const bound = difference_std_error_usd(a, b);

  EXPECT_GE(bound, true_std_error(x, y));
  // sd of W 2887, of the noise 58: √((0.1·2887)² + (2·58)²) = 311, where both alone add up to 2887·2.1 = 6063
  EXPECT_LT(bound, 0.06 * (a.std_error_usd + b.std_error_usd));
}

TEST(CostDifference, IsTheDifferenceOfSlopesWhereCostIsWorkAlone) {
  auto const x = days(2, 1.0, 0), y = days(3, 2.0, 0);
  CellTallies t = testing::no_cells();
  testing::add_cell(t, x);
  testing::add_cell(t, y);

  // residuals are what is left of 1 - r²: rounding of 1e-16 under a root
  EXPECT_NEAR(difference_std_error_usd(cost_line(t, 0), cost_line(t, 1)) / true_std_error(x, y), 1.0, 1e-6);
}

TEST(CostDifference, OfCellsThatRanOnDifferentDaysAddsBothErrors) {
  CellTallies t = testing::no_cells();
  testing::add_cell(t, days(2, 1.0, 10, 400));
  testing::add_cell(t, days(2, 1.0, 10, 200));

  CostLine const a = cost_line(t, 0), b = cost_line(t, 1);

  EXPECT_DOUBLE_EQ(difference_std_error_usd(a, b), a.std_error_usd + b.std_error_usd);
}

TEST(CostDifference, ToTheBaselineIsExact) {
  std::vector<std::vector<HandDay>> const cells{days(2, 1.0, 400), days(3, 1.1, 400)};
  CellTallies t = testing::no_cells();
  for (auto const& cell : cells) testing::add_cell(t, cell);
  testing::add_baseline(t, cells);

  // two regressors of 399 degrees of freedom widen the residual's part by 0.25%
  EXPECT_NEAR(difference_std_error_usd(cost_line(t, 0), cost_line(t, 1)) / true_std_error(cells[0], cells[1]), 1.0, 0.003);
}

TEST(CostDifference, IsBoundedCloserThroughABaselineThatMovesAlike) {
  // noise that all three share is not the traffic's, but the baseline has it
  auto base = days(2, 1.0, 400), x = base, y = base;
  std::mt19937_64 own(9);
  for (std::size_t i = 0; i < base.size(); ++i) {
    x[i].billed += static_cast<std::int64_t>(own() % 21);
    y[i].billed += static_cast<std::int64_t>(own() % 21);
  }
  CellTallies t = testing::no_cells();
  for (auto const* const cell : {&base, &x, &y}) testing::add_cell(t, *cell);
  double const without = difference_std_error_usd(cost_line(t, 1), cost_line(t, 2));
  testing::add_baseline(t, {base, x, y});

  double const with = difference_std_error_usd(cost_line(t, 1), cost_line(t, 2));

  EXPECT_GE(with, true_std_error(x, y));
  // both noises of sd 6 against both of sd 231
  EXPECT_LT(with, 0.05 * without);
}

TEST(CostDifference, OfASingleRealizationHasNoError) {
  CellTallies t = testing::no_cells();
  testing::add_cell(t, {{.billed = 5}});

  EXPECT_TRUE(std::isnan(cost_line(t, 0).std_error_usd));
  EXPECT_EQ(cost_line(t, 0).mean_usd, 5);
}

}  // namespace
}  // namespace fleetcast
