#include "host/engine/bands.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "tests/support.hpp"

namespace fleetcast {
namespace {

using testing::plan_of;

/// Values of small and of large spread, so that many are equal and many are not.
BandValues random_values(Plan const& plan) {
  std::mt19937_64 random(17);
  BandValues values(plan);
  for (std::size_t i = 0; i < values.values().size(); ++i)
    values.values()[i] = std::uniform_int_distribution<std::uint64_t>(0, i / plan.band_realizations % 2 == 0 ? 5 : 1'000'000'000'000)(random);
  values.note({0, plan.band_realizations});
  return values;
}

TEST(BandValues, QuantilesAreOrderStatisticsAndSumsOfAllValues) {
  for (std::uint32_t const realizations : {1U, 2U, 3U, 40U, 501U}) {
    // of few values several quantiles are the same one
    Plan const plan = plan_of("[sweep]\nminutes = 45\nrealizations = " + std::to_string(realizations) + "\n");
    std::vector<double> const quantiles{0.001, 0.05, 0.5, 0.5001, 0.9, 0.95, 1.0};
    BandValues const values = random_values(plan);

    Bands const bands = values.reduce(quantiles);

    std::size_t const rows = static_cast<std::size_t>(Bands::quantities) * plan.band_blocks;
    ASSERT_EQ(bands.sums.size(), rows);
    for (std::size_t row = 0; row < rows; ++row) {
      auto const ours = values.values().subspan(row * realizations, realizations);
      std::vector<std::uint64_t> sorted(ours.begin(), ours.end());
      std::sort(sorted.begin(), sorted.end());
      EXPECT_EQ(bands.sums[row], std::accumulate(sorted.begin(), sorted.end(), std::uint64_t{0}));
      std::size_t const quantity = row / plan.band_blocks, block = row % plan.band_blocks;
      for (std::size_t q = 0; q < quantiles.size(); ++q)
        EXPECT_EQ(bands.quantiles[(quantity * quantiles.size() + q) * plan.band_blocks + block], sorted[quantile_rank(quantiles[q], realizations)])
            << realizations << " realizations, row " << row << ", quantile " << quantiles[q];
    }
  }
}

}  // namespace
}  // namespace fleetcast
