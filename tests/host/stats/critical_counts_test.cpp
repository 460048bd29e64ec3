#include "host/stats/critical_counts.hpp"

#include <gtest/gtest.h>

#include <boost/math/distributions/binomial.hpp>

namespace fleetcast {
namespace {

using boost::math::binomial_distribution;

double at_least(std::uint64_t n, double p, std::uint64_t count) {
  return boost::math::cdf(boost::math::complement(binomial_distribution<>(static_cast<double>(n), p), static_cast<double>(count) - 1.0));
}
double at_most(std::uint64_t n, double p, std::uint64_t count) {
  return boost::math::cdf(binomial_distribution<>(static_cast<double>(n), p), static_cast<double>(count));
}

TEST(CriticalCounts, AreWhereBinomialTailsReachTheLevel) {
  std::uint64_t const from = surely_feasible_from(500, 0.9, 1e-4);
  std::uint64_t const below = surely_infeasible_below(500, 0.9, 1e-4);

  EXPECT_LE(at_least(500, 0.9, from), 1e-4);
  EXPECT_GT(at_least(500, 0.9, from - 1), 1e-4);
  EXPECT_LE(at_most(500, 0.9, below - 1), 1e-4);
  EXPECT_GT(at_most(500, 0.9, below), 1e-4);
}

TEST(CriticalCounts, SayWhereNoCountWouldDo) {
  // 0.95^50 = 0.077: even 50 of 50 prove nothing at 5%; 0.05^1 = 5% of one failure proves nothing below it
  EXPECT_EQ(surely_feasible_from(50, 0.95, 0.05), 51U);
  EXPECT_EQ(surely_infeasible_below(1, 0.94, 0.05), 0U);
}

TEST(CriticalCounts, KnowHowManyWouldProve) {
  std::uint64_t const n = realizations_to_prove(0.95, 0.05 / 4096);

  EXPECT_EQ(surely_feasible_from(n, 0.95, 0.05 / 4096), n);
  EXPECT_EQ(surely_feasible_from(n - 1, 0.95, 0.05 / 4096), n);  // one more than there are
}

}  // namespace
}  // namespace fleetcast
