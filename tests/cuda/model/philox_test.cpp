#include "cuda/model/philox.cuh"

#include <Random123/philox.h>
#include <gtest/gtest.h>

#include <array>
#include <random>

#include "cuda/model/streams.cuh"
#include "tests/cuda/model/points.hpp"

namespace fleetcast {
namespace {

using Words = std::array<std::uint32_t, 4>;

Words of_random123(Words counter, std::uint64_t seed) {
  r123::Philox4x32 generator;
  auto const block =
      generator({{counter[0], counter[1], counter[2], counter[3]}}, {{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}});
  return {block[0], block[1], block[2], block[3]};
}

Words of_fleetcast(Words counter, std::uint64_t seed) {
  auto const block = philox<ScalarDrawLane>({counter[0], counter[1], counter[2], counter[3]}, seed);
  EXPECT_EQ((block.x | block.y | block.z | block.w) >> 32, 0U) << "upper halves must be zero";
  return {static_cast<std::uint32_t>(block.x), static_cast<std::uint32_t>(block.y), static_cast<std::uint32_t>(block.z),
          static_cast<std::uint32_t>(block.w)};
}

// From kat_vectors, philox4x32 10, of Random123 1.14.
TEST(Philox, GivesTheKnownAnswersOfItsAuthors) {
  EXPECT_EQ(of_fleetcast({0, 0, 0, 0}, 0), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(of_fleetcast({~0U, ~0U, ~0U, ~0U}, ~0ULL), (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(of_fleetcast({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0x299f31d0a4093822ULL),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, GivesTheWordsOfRandom123ForAnyCounterAndSeed) {
  std::mt19937_64 engine(1);
  for (int i = 0; i < 100000; ++i) {
    std::uint64_t const low = engine();
    std::uint64_t const high = engine();
    std::uint64_t const seed = engine();
    Words const counter{static_cast<std::uint32_t>(low), static_cast<std::uint32_t>(low >> 32), static_cast<std::uint32_t>(high),
                        static_cast<std::uint32_t>(high >> 32)};

    Words const words = of_fleetcast(counter, seed);

    ASSERT_EQ(words, of_random123(counter, seed));
  }
}

TEST(Philox, GivesEveryLaneTheWordsOfItsOwnCounter) {
  std::mt19937_64 engine(2);
  test::for_each_vector_lane([&]<class Lane>() {
    for (int i = 0; i < 10000; ++i) {
      PhiloxBlock<typename Lane::Word> counter{};
      for (int lane = 0; lane < Lane::width; ++lane) {
        counter.x[lane] = engine() >> 32;
        counter.y[lane] = engine() >> 32;
        counter.z[lane] = engine() >> 32;
        counter.w[lane] = engine() >> 32;
      }
      std::uint64_t const seed = engine();

      auto const block = philox<Lane>(counter, seed);

      for (int lane = 0; lane < Lane::width; ++lane) {
        auto const alone = philox<ScalarDrawLane>({counter.x[lane], counter.y[lane], counter.z[lane], counter.w[lane]}, seed);
        ASSERT_EQ(Lane::get(block.x, lane), alone.x);
        ASSERT_EQ(Lane::get(block.y, lane), alone.y);
        ASSERT_EQ(Lane::get(block.z, lane), alone.z);
        ASSERT_EQ(Lane::get(block.w, lane), alone.w);
      }
    }
  });
}

TEST(UniformFrom, LiesStrictlyBetweenZeroAndOne) {
  EXPECT_EQ(uniform_from<ScalarDrawLane>(0, 0), 0x1p-53);
  EXPECT_EQ(uniform_from<ScalarDrawLane>(0xffffffff, 0xffffffff), 1.0 - 0x1p-53);
}

TEST(UniformFrom, IsTheOddMultipleThatTheUpper52BitsName) {
  std::mt19937_64 engine(3);
  for (int i = 0; i < 100000; ++i) {
    std::uint64_t const bits = engine();

    double const uniform = uniform_from<ScalarDrawLane>(bits >> 32, bits & 0xffffffff);

    // (2k+1)·2^-53 with k of 52 bits: 2k + 1 < 2^53 is a double, the scaling is exact
    ASSERT_EQ(uniform, std::ldexp(static_cast<double>(2 * (bits >> 12) + 1), -53));
  }
}

TEST(UniformFrom, IsTheSameInEveryLane) {
  test::for_each_vector_lane([]<class Lane>() {
    auto const high = Lane::count_from(0xfffffff0);
    auto const low = Lane::count_from(0x12345678) * 0x1001 & Lane::word(0xffffffff);

    auto const uniform = uniform_from<Lane>(high, low);

    for (int lane = 0; lane < Lane::width; ++lane) EXPECT_EQ(uniform[lane], uniform_from<ScalarDrawLane>(high[lane], low[lane]));
  });
}

TEST(StreamWord, HoldsStreamClassAndTheRealizationsHighBits) {
  EXPECT_EQ(stream_word(Stream::lengths, 0, 0), 5U);
  EXPECT_EQ(stream_word(Stream::arrivals, 255, 0xffffffffULL), 4U | 255U << 8);
  EXPECT_EQ(stream_word(Stream::drift, 3, 0xabcd12345678ULL), 1U | 3U << 8 | 0xabcdU << 16);
}

}  // namespace
}  // namespace fleetcast
