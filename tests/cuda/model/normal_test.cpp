#include "cuda/model/normal.cuh"

#include <gtest/gtest.h>

#include "tests/cuda/model/points.hpp"
#include "tests/cuda/model/precise.hpp"

namespace fleetcast {
namespace {

using test::Precise;

/// Probabilities of every size, near ½ and near both switches of the algorithm (|p - ½| = 0.425, √(-ln p) = 5).
std::vector<double> probabilities() {
  auto points = test::points_of_every_size(0x1p-1022, 0.5, 8000);
  for (double const p : test::points_of_every_size(0x1p-53, 0.5, 8000)) points.push_back(1.0 - p);
  for (double const p : test::points_between(0x1p-53, 1.0 - 0x1p-53, 8000)) points.push_back(p);
  for (double const p : test::points_of_every_size(0x1p-53, 0.4, 5000)) {
    points.push_back(0.5 - p);
    points.push_back(0.5 + p);
  }
  for (double const centre : {0.075, 0.925, std::exp(-25.0), 1.0 - std::exp(-25.0)})
    for (double const p : test::points_between(centre * 0.9999, std::fmin(centre * 1.0001, 1.0 - 0x1p-53), 1000)) points.push_back(p);
  return points;
}

/// Relative error of x as Φ⁻¹(p), by one step of Newton's method at 200 bits: (Φ(x) - p)/(x·Φ'(x)). What the step
/// leaves out is of the order of its square.
double inversion_error(double x, double p) {
  Precise const difference = Precise(0.5) * Precise::of(mpfr_erfc, Precise(-x) / sqrt(Precise(2.0))) - Precise(p);
  Precise const density = exp(Precise(-0.5) * Precise(x) * Precise(x)) / sqrt(Precise(2.0) * Precise::pi());
  return std::fabs((difference / (density * Precise(x))).rounded());
}

TEST(InverseNormal, IsWithinItsRelativeErrorBound) {
  test::WorstError worst;

  for (double const p : probabilities()) {
    if (p == 0.5) continue;
    double const bound = 1e-15 * (1.0 + std::fabs(std::log(p)));
    worst.see(inversion_error(inverse_normal<ScalarDrawLane>(p), p) / bound, p);
  }

  EXPECT_LE(worst.error, 1.0) << "at " << worst.at;
}

TEST(InverseNormal, IsZeroAtOneHalf) { EXPECT_EQ(inverse_normal<ScalarDrawLane>(0.5), 0.0); }

TEST(InverseNormal, IsOddAroundOneHalf) {
  for (double p = 0x1p-20; p < 0.5; p += 0x1p-15)  // 1 - p is exact
    ASSERT_EQ(inverse_normal<ScalarDrawLane>(1.0 - p), -inverse_normal<ScalarDrawLane>(p)) << p;
}

TEST(InverseNormal, IsTheSameInEveryLane) {
  auto const inverse = []<class Lane>(typename Lane::Real p) { return inverse_normal<Lane>(p); };
  test::expect_same_bits_in_every_lane(probabilities(), inverse);
  // centre and tails side by side in one register
  test::expect_same_bits_in_every_lane(test::points_between(0x1p-53, 1.0 - 0x1p-53, 20000), inverse);
}

}  // namespace
}  // namespace fleetcast
