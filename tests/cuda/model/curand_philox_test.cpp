// cuRAND's device code, compiled for the host. It can't share a file with Random123: both define mulhilo32.
#include <cuda_runtime_api.h>
#define QUALIFIERS static inline
#include <curand_kernel.h>
#include <gtest/gtest.h>

#include <random>

#include "cuda/model/philox.cuh"

namespace fleetcast {
namespace {

uint4 of_fleetcast(uint4 counter, std::uint64_t seed) {
  auto const block = philox<ScalarDrawLane>({counter.x, counter.y, counter.z, counter.w}, seed);
  return {static_cast<unsigned>(block.x), static_cast<unsigned>(block.y), static_cast<unsigned>(block.z), static_cast<unsigned>(block.w)};
}

void expect_same_words(uint4 got, uint4 wanted) {
  ASSERT_EQ(got.x, wanted.x);
  ASSERT_EQ(got.y, wanted.y);
  ASSERT_EQ(got.z, wanted.z);
  ASSERT_EQ(got.w, wanted.w);
}

uint4 any_counter(std::mt19937_64& engine) {
  std::uint64_t const low = engine();
  std::uint64_t const high = engine();
  return {static_cast<unsigned>(low), static_cast<unsigned>(low >> 32), static_cast<unsigned>(high), static_cast<unsigned>(high >> 32)};
}

TEST(CurandPhilox, GivesTheSameWordsForAnyCounterAndSeed) {
  std::mt19937_64 engine(1);
  for (int i = 0; i < 100000; ++i) {
    uint4 const counter = any_counter(engine);
    std::uint64_t const seed = engine();

    uint4 const words = of_fleetcast(counter, seed);

    expect_same_words(words, curand_Philox4x32_10(counter, uint2{static_cast<unsigned>(seed), static_cast<unsigned>(seed >> 32)}));
  }
}

TEST(CurandPhilox, FindsADrawAtOffsetAndSubsequenceOfItsCounter) {
  std::mt19937_64 engine(2);
  for (int i = 0; i < 100000; ++i) {
    uint4 counter = any_counter(engine);
    counter.y >>= 2;  // the offset, in words, is four times the block's number and has 64 bits
    std::uint64_t const seed = engine();

    uint4 const words = of_fleetcast(counter, seed);

    std::uint64_t const offset = 4 * (counter.x + (static_cast<std::uint64_t>(counter.y) << 32));
    std::uint64_t const subsequence = counter.z + (static_cast<std::uint64_t>(counter.w) << 32);
    curandStatePhilox4_32_10_t state;
    curand_init(seed, subsequence, offset, &state);
    expect_same_words(words, curand4(&state));
  }
}

TEST(CurandPhilox, ReadsFollowingWordsFromFollowingBlocks) {
  std::uint64_t const seed = 2026;
  std::uint32_t const tick = 1439;
  std::uint32_t const realization = 9999;
  std::uint32_t const where = 0x00010205;
  curandStatePhilox4_32_10_t state;

  curand_init(seed, realization + (static_cast<std::uint64_t>(where) << 32), 4 * (static_cast<std::uint64_t>(tick) << 32), &state);

  for (unsigned block = 0; block < 1000; ++block) {
    uint4 const words = of_fleetcast({block, tick, realization, where}, seed);
    ASSERT_EQ(curand(&state), words.x);
    ASSERT_EQ(curand(&state), words.y);
    ASSERT_EQ(curand(&state), words.z);
    ASSERT_EQ(curand(&state), words.w);
  }
}

}  // namespace
}  // namespace fleetcast
