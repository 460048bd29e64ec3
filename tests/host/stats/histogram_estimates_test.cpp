#include "host/stats/histogram_estimates.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "cuda/model/histogram_bins.cuh"

namespace fleetcast {
namespace {

/// 1, 2, … n, each once.
std::vector<std::uint32_t> counts_of_first(std::uint32_t n, HistogramBins bins) {
  std::vector<std::uint32_t> counts(bins.count);
  for (std::uint32_t value = 1; value <= n; ++value) ++counts[histogram_bin(bins.exact_bits, value)];
  return counts;
}

constexpr HistogramBins exact{10, 1024};
/// Exact below 16, then 16 to the octave.
constexpr HistogramBins coarse{4, 128};

TEST(QuantileInterval, LiesBetweenTheOrderStatisticsOfTables) {
  // the median of 100: the 40th and the 61st value (P(Binomial(100, 0.5) ≤ 39) = 0.0176, ≤ 40: 0.0284)
  QuantileEstimate const e = quantile_interval(counts_of_first(100, exact), exact, 0.5, 0.95);

  EXPECT_EQ(e.value, 50);
  EXPECT_EQ(e.low, 40);
  EXPECT_EQ(e.high, 61);
}

TEST(QuantileInterval, MovesOutwardToTheEdgesOfBins) {
  QuantileEstimate const e = quantile_interval(counts_of_first(100, coarse), coarse, 0.5, 0.95);

  // 40 and 41 share a bin, and 60 and 61
  EXPECT_EQ(e.low, 40);
  EXPECT_EQ(e.high, 61);
  EXPECT_EQ(e.value, 50.5);
}

TEST(QuantileInterval, OfTheNinetyNinthPercentNeeds368Realizations) {
  EXPECT_EQ(quantile_interval(counts_of_first(367, exact), exact, 0.99, 0.95).high, std::numeric_limits<double>::infinity());
  EXPECT_EQ(quantile_interval(counts_of_first(368, exact), exact, 0.99, 0.95).high, 368);
  EXPECT_EQ(quantile_interval(counts_of_first(368, exact), exact, 0.01, 0.95).low, 1);
  EXPECT_EQ(quantile_interval(counts_of_first(367, exact), exact, 0.01, 0.95).low, -std::numeric_limits<double>::infinity());
}

TEST(TailMean, IsTheMeanOfTheWorst) {
  // the worst 10% of 1 … 1000 are 901 … 1000: mean 950.5; all excess over 900 has mean 5.05 and mean square Σk²/1000 = 338.35
  Estimate const e = tail_mean(counts_of_first(1000, exact), exact, 0.9, 0.95);

  double const error = std::sqrt((338.35 - 5.05 * 5.05) / 999.0) / 0.1;
  EXPECT_NEAR(e.mean, 950.5, 1e-9);
  EXPECT_NEAR(e.std_error, error, 1e-9);
  // the quantile's own bin counts among those beyond: 101 - 1 degrees of freedom, t 1.983972
  EXPECT_NEAR(e.high, 950.5 + 1.983972 * error, 1e-5);
  EXPECT_NEAR(e.low, 950.5 - 1.983972 * error, 1e-5);
}

TEST(TailMean, HasNoIntervalWhereFewLieInTheTail) {
  // 48 beyond the bin of the quantile, and that one
  Estimate const e = tail_mean(counts_of_first(480, exact), exact, 0.9, 0.95);

  EXPECT_NEAR(e.mean, 456.5, 1e-9);
  EXPECT_TRUE(std::isnan(e.high));
}

TEST(TailMean, TakesNoTiesWithTheQuantileForATail) {
  std::vector<std::uint32_t> counts(10, 0);
  counts[5] = 57;
  counts[9] = 3;
  EXPECT_TRUE(std::isnan(tail_mean(counts, exact, 0.95, 0.95).high));
}

TEST(TailMean, WidensByWhatBinsHide) {
  Estimate const fine = tail_mean(counts_of_first(1000, exact), exact, 0.9, 0.95);
  Estimate const rough = tail_mean(counts_of_first(1000, coarse), coarse, 0.9, 0.95);

  // bins of 32 values there
  EXPECT_NEAR(rough.mean, fine.mean, 16);
  EXPECT_LT(rough.low, fine.low);
  EXPECT_GT(rough.high, fine.high);
}

TEST(HistogramEstimates, LieWithinTheOutermostRealizations) {
  // a thousand realizations of 1000 each, in a bin from 992 to 1023
  std::vector<std::uint32_t> counts(coarse.count, 0);
  counts[histogram_bin(coarse.exact_bits, 1000)] = 1000;
  Outermost const all{1000, 1000};

  QuantileEstimate const q = quantile_interval(counts, coarse, 0.5, 0.95, all);
  Estimate const worst = tail_mean(counts, coarse, 0.9, 0.95, all);

  EXPECT_NE(quantile_interval(counts, coarse, 0.5, 0.95).value, 1000);
  EXPECT_EQ(q.value, 1000);
  EXPECT_EQ(q.low, 1000);
  EXPECT_EQ(q.high, 1000);
  EXPECT_EQ(worst.mean, 1000);
  EXPECT_EQ(worst.low, 1000);
  EXPECT_EQ(worst.high, 1000);
}

}  // namespace
}  // namespace fleetcast
