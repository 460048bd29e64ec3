// cuRAND's library on the host: it needs libcurand, but no GPU.
#include <curand.h>
#include <gtest/gtest.h>

#include <vector>

#include "cuda/model/philox.cuh"

namespace fleetcast {
namespace {

/// With its legacy ordering, which NVIDIA promises never to change, cuRAND's host generator deals out blocks from
/// this many subsequences in turn: block i of its output is block i / 65536 of subsequence i % 65536.
constexpr std::uint64_t interleaved = 65536;

std::vector<unsigned> words_of_host_generator(std::uint64_t seed, std::uint64_t first_block, std::size_t blocks) {
  std::vector<unsigned> words(4 * blocks);
  curandGenerator_t generator = nullptr;
  EXPECT_EQ(curandCreateGeneratorHost(&generator, CURAND_RNG_PSEUDO_PHILOX4_32_10), CURAND_STATUS_SUCCESS);
  EXPECT_EQ(curandSetGeneratorOrdering(generator, CURAND_ORDERING_PSEUDO_LEGACY), CURAND_STATUS_SUCCESS);
  EXPECT_EQ(curandSetPseudoRandomGeneratorSeed(generator, seed), CURAND_STATUS_SUCCESS);
  EXPECT_EQ(curandSetGeneratorOffset(generator, 4 * first_block), CURAND_STATUS_SUCCESS);
  EXPECT_EQ(curandGenerate(generator, words.data(), words.size()), CURAND_STATUS_SUCCESS);
  EXPECT_EQ(curandDestroyGenerator(generator), CURAND_STATUS_SUCCESS);
  return words;
}

void expect_same_words_from(std::uint64_t seed, std::uint64_t first_block, std::size_t blocks) {
  auto const words = words_of_host_generator(seed, first_block, blocks);

  for (std::size_t i = 0; i < blocks; ++i) {
    std::uint64_t const draw = (first_block + i) / interleaved;
    std::uint64_t const subsequence = (first_block + i) % interleaved;
    auto const block = philox<ScalarDrawLane>({draw & 0xffffffff, draw >> 32, subsequence, 0}, seed);
    ASSERT_EQ(words[4 * i], block.x) << "block " << first_block + i;
    ASSERT_EQ(words[4 * i + 1], block.y);
    ASSERT_EQ(words[4 * i + 2], block.z);
    ASSERT_EQ(words[4 * i + 3], block.w);
  }
}

TEST(CurandHostGenerator, GivesTheSameWordsFromTheStart) { expect_same_words_from(2026, 0, 3 * interleaved); }

TEST(CurandHostGenerator, GivesTheSameWordsUnderA64BitSeed) { expect_same_words_from(0x299f31d0a4093822ULL, 0, 1000); }

TEST(CurandHostGenerator, GivesTheSameWordsAtLargeOffsets) {
  expect_same_words_from(2026, 1ULL << 32, 1000);
  expect_same_words_from(2026, (interleaved << 32) - 500, 1000);  // the carry from counter word x into y
  expect_same_words_from(2026, 0x2bcdef0123456789ULL, 1000);
}

}  // namespace
}  // namespace fleetcast
