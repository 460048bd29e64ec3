#include "host/stats/effects.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace fleetcast {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<double> grid(std::size_t rows, std::size_t columns, auto value) {
  std::vector<double> out;
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) out.push_back(value(static_cast<double>(i), static_cast<double>(j)));
  return out;
}

TEST(AxisEffects, OfASumAddUpToOne) {
  // x in 0…3 has variance 1.25, 2y with y in 0…2 four times 2/3
  auto const effects = axis_effects(std::vector<std::size_t>{4, 3}, grid(4, 3, [](double x, double y) { return x + 2 * y; }));

  double const whole = 1.25 + 8.0 / 3.0;
  EXPECT_NEAR(effects[0].main, 1.25 / whole, 1e-14);
  EXPECT_NEAR(effects[0].total, 1.25 / whole, 1e-14);
  EXPECT_NEAR(effects[1].main, 8.0 / 3.0 / whole, 1e-14);
  EXPECT_NEAR(effects[1].main + effects[0].main, 1.0, 1e-14);
}

TEST(AxisEffects, OfAPureInteractionAreTotalAlone) {
  // x·y over {-1, 1}²: no axis says anything alone, both together say all
  auto const effects = axis_effects(std::vector<std::size_t>{2, 2}, std::vector<double>{1, -1, -1, 1});

  for (auto const& effect : effects) {
    EXPECT_NEAR(effect.main, 0.0, 1e-15);
    EXPECT_NEAR(effect.total, 1.0, 1e-15);
  }
}

TEST(AxisEffects, LeaveMissingCellsOut) {
  // 0 and 1 along the first axis, 1 and 2 in the second column; of the first column one cell is there
  auto const effects = axis_effects(std::vector<std::size_t>{2, 2}, std::vector<double>{0, 1, nan, 2});

  // mean 1, variation 2. Rows: {0, 1} around 0.5, {2}: between 2·0.25 + 1 = 1.5. Within columns: {0}: 0, {1, 2}: 0.5
  EXPECT_NEAR(effects[0].main, 0.75, 1e-15);
  EXPECT_NEAR(effects[0].total, 0.25, 1e-15);
}

TEST(AxisEffects, OfAConstantAreUnknown) {
  auto const effects = axis_effects(std::vector<std::size_t>{2, 2}, std::vector<double>{3, 3, 3, 3});

  EXPECT_TRUE(std::isnan(effects[0].main));
  EXPECT_TRUE(std::isnan(effects[1].total));
}

}  // namespace
}  // namespace fleetcast
