#include "cuda/model/exponential.cuh"

#include <gtest/gtest.h>

#include "tests/cuda/model/points.hpp"
#include "tests/cuda/model/precise.hpp"

namespace fleetcast {
namespace {

using Scalar = ScalarDrawLane;

/// Positive normal doubles: every size, near 1 and near √½ and √2, where the logarithm changes its exponent.
std::vector<double> arguments_of_logarithm() {
  auto points = test::points_of_every_size(0x1p-1022, 0x1.fffffffffffffp+1023, 50000);
  for (double const offset : test::points_of_every_size(0x1p-53, 0.3, 20000)) {
    points.push_back(1.0 - offset);
    points.push_back(1.0 + offset);
  }
  for (double const centre : {std::sqrt(0.5), std::sqrt(2.0)})
    for (int step = -200; step <= 200; ++step) points.push_back(centre * (1.0 + step * 0x1p-52));
  points.push_back(1.0);
  return points;
}

TEST(Exponential, IsWithinOneAndAHalfUlp) {
  test::WorstError worst;

  for (double const x : test::points_between(-708.0, 709.0, 50000)) worst.see(test::ulp_error(exponential<Scalar>(x), exp(test::Precise(x))), x);
  for (double const x : test::points_between(-1.0, 1.0, 50000)) worst.see(test::ulp_error(exponential<Scalar>(x), exp(test::Precise(x))), x);
  // half-way between multiples of ln 2 the series has its largest argument
  for (int k = -1021; k < 1023; ++k) {
    double const x = (k + 0.5) * 0x1.62e42fefa39efp-1;
    if (x < -708.0) continue;
    worst.see(test::ulp_error(exponential<Scalar>(x), exp(test::Precise(x))), x);
  }

  EXPECT_LE(worst.error, 1.5) << "at " << worst.at;
}

TEST(Exponential, IsExactAtZero) { EXPECT_EQ(exponential<Scalar>(0.0), 1.0); }

TEST(Exponential, VanishesBelowMinus708) {
  EXPECT_GT(exponential<Scalar>(-708.0), 0.0);
  EXPECT_EQ(exponential<Scalar>(std::nextafter(-708.0, -709.0)), 0.0);
  EXPECT_EQ(exponential<Scalar>(-1e308), 0.0);
}

TEST(Exponential, StaysAtItsLargestValueAbove709) {
  EXPECT_EQ(exponential<Scalar>(710.0), exponential<Scalar>(709.0));
  EXPECT_EQ(exponential<Scalar>(1e308), exponential<Scalar>(709.0));
}

TEST(Exponential, IsTheSameInEveryLane) {
  test::expect_same_bits_in_every_lane(test::points_between(-720.0, 720.0, 20000),
                                       []<class Lane>(typename Lane::Real x) { return exponential<Lane>(x); });
}

TEST(Logarithm, IsWithinOneAndAHalfUlp) {
  test::WorstError worst;

  for (double const x : arguments_of_logarithm())
    if (x != 1.0) worst.see(test::ulp_error(logarithm<Scalar>(x), log(test::Precise(x))), x);

  EXPECT_LE(worst.error, 1.5) << "at " << worst.at;
}

TEST(Logarithm, IsExactAtOne) { EXPECT_EQ(logarithm<Scalar>(1.0), 0.0); }

TEST(Logarithm, IsTheSameInEveryLane) {
  test::expect_same_bits_in_every_lane(arguments_of_logarithm(), []<class Lane>(typename Lane::Real x) { return logarithm<Lane>(x); });
}

TEST(RoundToInteger, TakesTheNearestAndTiesToEven) {
  EXPECT_EQ(round_to_integer<Scalar>(2.5), 2.0);
  EXPECT_EQ(round_to_integer<Scalar>(3.5), 4.0);
  EXPECT_EQ(round_to_integer<Scalar>(-2.5), -2.0);
  for (double const x : test::points_between(-0x1p51 + 1, 0x1p51 - 1, 20000)) ASSERT_EQ(round_to_integer<Scalar>(x), std::nearbyint(x)) << x;
  for (double const x : test::points_between(-100.0, 100.0, 20000)) ASSERT_EQ(round_to_integer<Scalar>(x), std::nearbyint(x)) << x;
}

TEST(RoundDown, IsTheFloor) {
  for (double const x : test::points_between(-0x1p51 + 1, 0x1p51 - 1, 20000)) ASSERT_EQ(round_down<Scalar>(x), std::floor(x)) << x;
  for (double const x : test::points_between(-100.0, 100.0, 20000)) ASSERT_EQ(round_down<Scalar>(x), std::floor(x)) << x;
  for (double const x : {-1.0, 0.0, 1.0, 7.0, std::nextafter(7.0, 0.0)}) EXPECT_EQ(round_down<Scalar>(x), std::floor(x));
}

TEST(IntegerWord, HoldsTheInteger) {
  for (double const x : {0.0, 1.0, 1e9, 0x1p51 - 1.0}) EXPECT_EQ(integer_word<Scalar>(x), static_cast<std::uint64_t>(x));
}

}  // namespace
}  // namespace fleetcast
