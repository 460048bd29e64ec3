#include "cuda/model/special_functions.cuh"

#include <gtest/gtest.h>

#include "tests/cuda/model/points.hpp"
#include "tests/cuda/model/precise.hpp"

namespace fleetcast {
namespace {

using test::Precise;
using test::WorstError;

Precise turned(int (*function)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t), double turns) {
  return Precise::of(function, Precise(2.0) * Precise::pi() * Precise(turns));
}

/// ln Γ(k+1) - ((k+½)·ln k - k + ½·ln 2π). At k = 1e12 it cancels 1e14 to 1e-13: 90 of 200 bits.
Precise exact_stirling_remainder(double k) {
  return Precise::of(mpfr_lngamma, Precise(k) + Precise(1.0)) -
         ((Precise(k) + Precise(0.5)) * log(Precise(k)) - Precise(k) + Precise(0.5) * log(Precise(2.0) * Precise::pi()));
}

TEST(SineCosineOfTurns, IsWithin1e15) {
  WorstError worst;

  for (double const range : {1.0, 1000.0, 0x1p30, 0x1p49})
    for (double const turns : test::points_between(-range, range, 10000)) {
      auto const [sine, cosine] = sine_cosine_of_turns(turns);
      worst.see(test::absolute_error(sine, turned(mpfr_sin, turns)), turns);
      worst.see(test::absolute_error(cosine, turned(mpfr_cos, turns)), turns);
    }

  EXPECT_LE(worst.error, 1e-15) << "at " << worst.at;
}

TEST(SineCosineOfTurns, IsExactAtQuarterTurns) {
  double const sines[] = {0, 1, 0, -1};
  double const cosines[] = {1, 0, -1, 0};
  for (int quarter = -8; quarter <= 8; ++quarter) {
    auto const [sine, cosine] = sine_cosine_of_turns(0.25 * quarter);
    EXPECT_EQ(sine, sines[quarter & 3]) << quarter;
    EXPECT_EQ(cosine, cosines[quarter & 3]) << quarter;
  }
}

TEST(ComplementaryErrorFunction, IsWithin4e15Relative) {
  WorstError worst;

  for (double const range : {1.0, 6.0, 26.0})
    for (double const x : test::points_between(-range, range, 8000))
      worst.see(test::relative_error(complementary_error_function(x), Precise::of(mpfr_erfc, Precise(x))), x);

  EXPECT_LE(worst.error, 4e-15) << "at " << worst.at;
}

TEST(ComplementaryErrorFunction, IsCutBeyond26) {
  EXPECT_GT(complementary_error_function(26.0), 0.0);
  EXPECT_EQ(complementary_error_function(std::nextafter(26.0, 27.0)), 0.0);
  EXPECT_EQ(complementary_error_function(-26.5), 2.0);
}

TEST(NormalCdf, IsHalfTheErrorFunctionOfItsRoundedArgument) {
  WorstError worst;

  for (double const range : {0.5, 4.0, 36.0})
    for (double const x : test::points_between(-range, range, 8000)) {
      Precise const exact = Precise(0.5) * Precise::of(mpfr_erfc, Precise(-x) / sqrt(Precise(2.0)));
      // x·√½ carries a relative error of 2^-52 (constant and product, half an ulp each); erfc multiplies it by
      // y·erfc'(y)/erfc(y), at most 2y² + 1 = x² + 1 in size
      worst.see(test::relative_error(normal_cdf(x), exact) / (4e-15 + (x * x + 1.0) * 0x1p-52), x);
    }

  EXPECT_LE(worst.error, 1.0) << "at " << worst.at;
}

TEST(StirlingRemainder, IsWithin1e14Relative) {
  std::vector<double> counts;
  for (double k = 1; k <= 1000; ++k) counts.push_back(k);
  for (double const size : test::points_of_every_size(1000.0, 1e12, 20000)) counts.push_back(std::floor(size));
  WorstError worst;

  for (double const k : counts) worst.see(test::relative_error(stirling_remainder<ScalarDrawLane>(k), exact_stirling_remainder(k)), k);

  EXPECT_LE(worst.error, 1e-14) << "at " << worst.at;
}

TEST(StirlingRemainder, IsTheSameInEveryLane) {
  std::vector<double> counts;
  for (double const size : test::points_of_every_size(1.0, 1e9, 20000)) counts.push_back(std::floor(size));
  for (double k = 1; k <= 64; ++k) counts.push_back(k);
  test::expect_same_bits_in_every_lane(counts, []<class Lane>(typename Lane::Real k) { return stirling_remainder<Lane>(k); });
}

TEST(LogGamma, IsWithin4e15OfItsSize) {
  WorstError worst;

  auto const see = [&](double x) {
    double const size = std::fmax(1.0, x * std::log(x));
    worst.see(test::absolute_error(log_gamma(x), Precise::of(mpfr_lngamma, Precise(x))) / size, x);
  };
  for (double const x : test::points_between(1.0, 30.0, 20000)) see(x);
  for (double const x : test::points_of_every_size(1.0, 1e12, 20000)) see(x);

  EXPECT_LE(worst.error, 4e-15) << "at " << worst.at;
}

}  // namespace
}  // namespace fleetcast
