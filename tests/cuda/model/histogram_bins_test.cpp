#include "cuda/model/histogram_bins.cuh"

#include <gtest/gtest.h>

#include <random>

namespace fleetcast {
namespace {

constexpr std::uint32_t bins_up_to(std::uint32_t exact_bits) { return (65 - exact_bits) << exact_bits; }

TEST(HistogramBin, StartsAtItsEdge) {
  for (std::uint32_t const exact_bits : {0U, 1U, 4U, 7U, 10U})
    for (std::uint32_t bin = 0; bin < bins_up_to(exact_bits); ++bin)
      ASSERT_EQ(histogram_bin(exact_bits, histogram_edge(exact_bits, bin)), bin) << exact_bits << " exact bits";
}

TEST(HistogramBin, ReachesUpToTheNextEdge) {
  for (std::uint32_t const exact_bits : {0U, 1U, 4U, 7U, 10U})
    for (std::uint32_t bin = 0; bin + 1 < bins_up_to(exact_bits); ++bin) {
      std::uint64_t const next = histogram_edge(exact_bits, bin + 1);
      ASSERT_LT(histogram_edge(exact_bits, bin), next);
      ASSERT_EQ(histogram_bin(exact_bits, next - 1), bin) << exact_bits << " exact bits";
    }
}

TEST(HistogramBin, EndsWithTheLargestInteger) {
  for (std::uint32_t const exact_bits : {0U, 7U, 10U}) EXPECT_EQ(histogram_bin(exact_bits, ~0ULL), bins_up_to(exact_bits) - 1);
}

TEST(HistogramBin, KeepsSmallValuesExactly) {
  for (std::uint64_t value = 0; value < 256; ++value) {
    EXPECT_EQ(histogram_bin(7, value), value);
    EXPECT_EQ(histogram_edge(7, histogram_bin(7, value)), value);
  }
}

TEST(HistogramBin, IsNoWiderThanPointEightPercentOfAValue) {
  std::mt19937_64 engine(1);
  for (int i = 0; i < 100000; ++i) {
    std::uint64_t const value = engine() >> (1 + engine() % 62);
    std::uint32_t const bin = histogram_bin(7, value);

    std::uint64_t const edge = histogram_edge(7, bin);
    std::uint64_t const width = histogram_edge(7, bin + 1) - edge;
    ASSERT_LE(edge, value);
    ASSERT_LT(value - edge, width);
    ASSERT_TRUE(width == 1 || static_cast<double>(width) <= 0.008 * static_cast<double>(edge)) << value;
  }
}

}  // namespace
}  // namespace fleetcast
