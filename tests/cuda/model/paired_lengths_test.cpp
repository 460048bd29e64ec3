#include "cuda/model/paired_lengths.hpp"

#include <gtest/gtest.h>

#include <random>

namespace fleetcast {
namespace {

constexpr double pi = 3.14159265358979323846;
constexpr double rhos[] = {-0.99, -0.95, -0.9, -0.7, -0.5, -0.3, -0.1, -0.01, 0.0, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 0.99};

/// Pearson's correlation of the copula whose Spearman's rho that is.
double copula_correlation(double rho) { return 2.0 * std::sin(pi * rho / 6.0); }

/// Means over n points of low discrepancy are wrong by about log2(n)/n: 8.5e-4. Independent pairs would scatter by 1/√n = 7.8e-3; r = rho in
/// place of 2·sin(π·rho/6) would cost up to 0.018.
constexpr double point_set_error = static_cast<double>(quantile_table_bits) / quantile_table_size;

std::vector<std::uint32_t> ascending() {
  std::vector<std::uint32_t> cells(quantile_table_size);
  std::iota(cells.begin(), cells.end(), 0U);
  return cells;
}

TEST(CorrelatedCells, UseEveryCellOnce) {
  for (double const rho : rhos) {
    auto cells = correlated_cells(rho);
    std::sort(cells.begin(), cells.end());

    EXPECT_EQ(cells, ascending()) << "rho " << rho;
  }
}

TEST(CorrelatedCells, HaveTheSpearmanRhoThatIsAskedFor) {
  for (double const rho : rhos) EXPECT_NEAR(spearman_rho(ascending(), correlated_cells(rho)), rho, point_set_error) << "rho " << rho;
}

// Digits of the point set that draw its sides together make up for those that draw them apart, exactly.
TEST(CorrelatedCells, HaveNoRhoIfNoneIsAskedFor) { EXPECT_NEAR(spearman_rho(ascending(), correlated_cells(0.0)), 0.0, 1e-15); }

TEST(CorrelatedCells, GoStraightUpOrDownAtTheEnds) {
  auto const up = correlated_cells(1.0);
  auto const down = correlated_cells(-1.0);

  EXPECT_EQ(up, ascending());
  for (std::uint32_t cell = 0; cell < quantile_table_size; ++cell) ASSERT_EQ(down[cell], quantile_table_size - 1 - cell);
}

// The mean product of normal scores is the copula's own correlation; cutting the normals to cells takes 8e-5 of their variance.
TEST(CorrelatedCells, HaveTheNormalScoresOfAGaussianCopula) {
  auto const score = [](std::uint32_t cell) { return inverse_normal<ScalarDrawLane>((cell + 0.5) / quantile_table_size); };
  for (double const rho : rhos) {
    auto const partner = correlated_cells(rho);
    double products = 0.0;
    double squares = 0.0;
    for (std::uint32_t cell = 0; cell < quantile_table_size; ++cell) {
      products += score(cell) * score(partner[cell]);
      squares += score(cell) * score(cell);
    }

    EXPECT_NEAR(products / squares, copula_correlation(rho), point_set_error) << "rho " << rho;
  }
}

// Both in their lower half: ¼ + asin(r)/2π (Sheppard 1899). Of the 2^7 points in each 128th of u, the v are 2^-7 apart, and the copula's line
// through them is monotone: the count is wrong by 1 per 128th and by 2^7 in all at most, 2^8 of 2^14.
TEST(CorrelatedCells, MeetInTheirQuadrantsLikeAGaussianCopula) {
  constexpr std::uint32_t half = quantile_table_size / 2;
  for (double const rho : rhos) {
    auto const partner = correlated_cells(rho);
    auto const both = std::count_if(partner.begin(), partner.begin() + half, [](std::uint32_t cell) { return cell < half; });

    double const expected = 0.25 + std::asin(copula_correlation(rho)) / (2.0 * pi);
    EXPECT_NEAR(static_cast<double>(both) / quantile_table_size, expected, 0x1p-6) << "rho " << rho;
  }
}

TEST(MidRanks, ShareTheMeanOfTies) {
  std::vector<std::uint32_t> const values{30, 10, 20, 20, 10, 10};

  EXPECT_EQ(mid_ranks(values), (std::vector<double>{5, 1, 3.5, 3.5, 1, 1}));
  EXPECT_EQ(mid_ranks(std::vector<std::uint32_t>{7, 7}), (std::vector<double>{0.5, 0.5}));
  EXPECT_TRUE(mid_ranks({}).empty());
}

TEST(SpearmanRho, TakesTiesByMidRanks) {
  using Values = std::vector<std::uint32_t>;
  EXPECT_EQ(spearman_rho(Values{1, 5, 9}, Values{2, 30, 400}), 1.0);
  EXPECT_EQ(spearman_rho(Values{1, 5, 9}, Values{400, 30, 2}), -1.0);
  // ranks less their mean: -1.5, 0, 0, 1.5 and -1, -1, 1, 1: products 3, squares 4.5 and 4
  EXPECT_DOUBLE_EQ(spearman_rho(Values{1, 2, 2, 3}, Values{1, 1, 2, 2}), 3.0 / std::sqrt(18.0));
  EXPECT_EQ(spearman_rho(Values{1, 1, 2, 3}, Values{8, 8, 8, 8}), 0.0);
}

/// Ranks by counting: values below, and half of the others that are equal.
double rank_by_counting(std::vector<std::uint32_t> const& values, std::size_t i) {
  double below = 0.0;
  for (std::size_t j = 0; j < values.size(); ++j)
    if (j != i) below += values[j] < values[i] ? 1.0 : values[j] == values[i] ? 0.5 : 0.0;
  return below;
}

TEST(SpearmanRho, IsPearsonsCorrelationOfRanks) {
  std::mt19937 engine(1);
  for (std::uint32_t const distinct : {2U, 5U, 1000U}) {
    std::vector<std::uint32_t> a, b;
    for (int i = 0; i < 300; ++i) {
      a.push_back(engine() % distinct);
      b.push_back((a.back() + engine() % distinct) / 2);
    }
    long double products = 0, a_squares = 0, b_squares = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      long double const x = rank_by_counting(a, i) - 149.5L;
      long double const y = rank_by_counting(b, i) - 149.5L;
      products += x * y;
      a_squares += x * x;
      b_squares += y * y;
    }

    EXPECT_NEAR(spearman_rho(a, b), static_cast<double>(products / std::sqrt(a_squares * b_squares)), 1e-12) << distinct << " distinct values";
  }
}

}  // namespace
}  // namespace fleetcast
