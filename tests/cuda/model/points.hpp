/// Points to evaluate functions at, and the comparison of lanes.
#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "cuda/model/draw_lane.cuh"

namespace fleetcast::test {

/// Uniform in [0, 1), the same on every machine (std::uniform_real_distribution is not).
inline double uniform(std::mt19937_64& engine) { return static_cast<double>(engine() >> 11) * 0x1p-53; }

/// `count` points uniform in [low, high], both ends among them.
inline std::vector<double> points_between(double low, double high, int count) {
  std::mt19937_64 engine(42);
  std::vector<double> points{low, high};
  while (static_cast<int>(points.size()) < count) points.push_back(low + (high - low) * uniform(engine));
  return points;
}

/// `count` points whose logarithms are uniform between those of low and high, 0 < low < high, both ends among them.
inline std::vector<double> points_of_every_size(double low, double high, int count) {
  std::vector<double> points;
  for (double const exponent : points_between(std::log2(low), std::log2(high), count))
    points.push_back(std::fmin(std::fmax(std::exp2(exponent), low), high));
  points[0] = low;
  points[1] = high;
  return points;
}

/// Calls visit.operator()<Lane>() with every vector draw lane.
template <class Visit>
void for_each_vector_lane(Visit visit) {
  visit.template operator()<VectorDrawLane<2>>();
  visit.template operator()<VectorDrawLane<4>>();
  visit.template operator()<VectorDrawLane<8>>();
}

/// Checks that `function` gives every lane of a vector the bits that it gives a scalar.
template <class Function>
void expect_same_bits_in_every_lane(std::vector<double> const& points, Function function) {
  for_each_vector_lane([&]<class Lane>() {
    for (std::size_t i = 0; i + Lane::width <= points.size(); i += Lane::width) {
      typename Lane::Real x{};
      for (int lane = 0; lane < Lane::width; ++lane) x[lane] = points[i + static_cast<std::size_t>(lane)];
      auto const got = function.template operator()<Lane>(x);
      for (int lane = 0; lane < Lane::width; ++lane) {
        double const one = got[lane];
        double const alone = function.template operator()<ScalarDrawLane>(x[lane]);
        ASSERT_EQ(std::bit_cast<std::uint64_t>(one), std::bit_cast<std::uint64_t>(alone)) << "width " << Lane::width << ", at " << x[lane];
      }
    }
  });
}

}  // namespace fleetcast::test
