#include "cuda/model/lengths.cuh"

#include <Random123/philox.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/cuda/model/points.hpp"

namespace fleetcast {
namespace {

constexpr std::uint64_t seed = 0x123456789abcdef0ULL;
constexpr std::uint32_t tick = 1439;
constexpr std::uint64_t realization = 0x300012345ULL;
constexpr std::uint32_t request_class = 2;
constexpr std::uint32_t pair_count = 19;

/// Tables whose entries all differ, so that any wrong index shows.
struct Tables {
  std::vector<std::uint32_t> prompt, completion;
  Tables() {
    for (std::uint32_t i = 0; i < quantile_table_size; ++i) {
      prompt.push_back(100 + 3 * i);
      completion.push_back(7 + i * i % 65521);
    }
  }
  LengthLawView view(std::uint32_t pairs) const { return {prompt.data(), completion.data(), pairs}; }
};

/// Word of one request: word k % 4 of block k / 4 at (tick, realization, stream), from Random123.
std::uint32_t word_of_request(std::uint32_t k, std::uint32_t class_number) {
  r123::Philox4x32 generator;
  std::uint32_t const stream = 5U | class_number << 8 | static_cast<std::uint32_t>(realization >> 32) << 16;
  auto const block = generator({{k / 4, tick, static_cast<std::uint32_t>(realization), stream}},
                               {{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}});
  return block[k % 4];
}

/// Tokens of the first `count` requests, one request after the other.
TokenSums sum_plainly(LengthLawView law, std::uint32_t count, std::uint32_t class_number = request_class) {
  TokenSums sums{0, 0};
  for (std::uint32_t k = 0; k < count; ++k) {
    std::uint64_t const word = word_of_request(k, class_number);
    if (law.pairs == 0) {
      sums.prompt += law.prompt[word >> 18];
      sums.completion += law.completion[word >> 4 & 0x3fff];
    } else {
      sums.prompt += law.prompt[word * law.pairs >> 32];
      sums.completion += law.completion[word * law.pairs >> 32];
    }
  }
  return sums;
}

template <class Lane>
void expect_plain_sums(LengthLawView law) {
  auto const where = stream_word(Stream::lengths, request_class, realization);
  auto const expect_plain_sum = [&](std::uint32_t count) {
    auto const sums = sum_lengths<Lane>(law, seed, count, tick, static_cast<std::uint32_t>(realization), where);

    auto const plain = sum_plainly(law, count);
    ASSERT_EQ(sums.prompt, plain.prompt) << "width " << Lane::width << ", count " << count;
    ASSERT_EQ(sums.completion, plain.completion) << "width " << Lane::width << ", count " << count;
  };
  for (std::uint32_t count = 0; count <= 200; ++count) expect_plain_sum(count);
  for (std::uint32_t const count : {1500U, 99999U, 400003U}) expect_plain_sum(count);
}

TEST(SumLengths, AddsUpSingleRequestsOfIndependentLengths) {
  Tables const tables;
  expect_plain_sums<ScalarDrawLane>(tables.view(0));
  test::for_each_vector_lane([&]<class Lane>() { expect_plain_sums<Lane>(tables.view(0)); });
}

TEST(SumLengths, AddsUpSingleRequestsOfPairs) {
  Tables const tables;
  expect_plain_sums<ScalarDrawLane>(tables.view(pair_count));
  test::for_each_vector_lane([&]<class Lane>() { expect_plain_sums<Lane>(tables.view(pair_count)); });
}

TEST(DrawLengths, ReachesBothEndsOfTheTables) {
  Tables const tables;
  std::vector<int> seen(pair_count, 0);
  for (std::uint64_t block = 0; block < 1000; ++block) {
    auto const lengths = draw_lengths<ScalarDrawLane>(tables.view(pair_count), seed, block, tick, 0, 5);
    for (int i = 0; i < 4; ++i) {
      auto const pair = (lengths.prompt[i] - 100) / 3;
      ASSERT_LT(pair, pair_count);
      ASSERT_EQ(lengths.completion[i], tables.completion[pair]) << "a pair must stay together";
      ++seen[pair];
    }
  }

  // 4000 draws expect 210 of each pair, with a standard deviation of 14
  for (auto const count : seen) EXPECT_NEAR(count, 4000.0 / pair_count, 6.2 * 14);
}

TEST(DrawTokens, AddsUpTheClassesOfATick) {
  Tables const tables;
  RequestClassView const classes[] = {{0.3, tables.view(0)}, {0.3, tables.view(pair_count)}, {0.4, tables.view(0)}};
  TrafficView traffic{};
  traffic.seed = seed;
  traffic.class_count = 3;
  traffic.classes = classes;
  constexpr std::uint32_t ticks = tick + 1;
  constexpr std::uint32_t rows = 2;
  std::vector<std::uint32_t> class_requests(std::size_t{3} * rows * ticks);
  std::vector<std::uint32_t> requests(rows * ticks);
  std::vector<std::uint64_t> prompt(rows * ticks);
  std::vector<std::uint64_t> completion(rows * ticks);
  DemandView const demand{ticks, class_requests.data(), requests.data(), prompt.data(), completion.data(), nullptr};
  std::uint32_t const counts[] = {11, 0, 502};
  for (std::uint32_t c = 0; c < 3; ++c) class_requests[(c * rows + 1) * ticks + tick] = counts[c];

  draw_tokens<VectorDrawLane<4>>(traffic, realization - 1, rows, 1, tick, demand);

  auto const first = sum_plainly(tables.view(0), 11, 0);
  auto const third = sum_plainly(tables.view(0), 502, 2);
  EXPECT_EQ(requests[ticks + tick], 513U);
  EXPECT_EQ(prompt[ticks + tick], first.prompt + third.prompt);
  EXPECT_EQ(completion[ticks + tick], first.completion + third.completion);
}

}  // namespace
}  // namespace fleetcast
