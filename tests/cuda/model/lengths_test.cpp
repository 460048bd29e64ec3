#include "cuda/model/lengths.cuh"

#include <Random123/philox.h>
#include <gtest/gtest.h>

#include <vector>

#include "cuda/model/token_summer.cuh"
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

/// Sums of single ticks, drawn one after the other so that the last blocks of each wait for those of the next.
template <class Lane>
void expect_plain_sums(LengthLawView law) {
  RequestClassView const classes[] = {{0.0, {}, {}}, {0.0, {}, {}}, {1.0, law, {}}};
  TrafficView traffic{};
  traffic.seed = seed;
  traffic.classes = classes;
  std::vector<std::uint64_t> prompt(tick + 1), completion(tick + 1);
  auto const expect_plain_sum = [&](std::uint32_t count) {
    prompt.assign(tick + 1, 0);
    completion.assign(tick + 1, 0);
    TokenSummer<Lane> summer(traffic, request_class, realization, prompt.data(), completion.data());
    for (std::uint32_t other = 0; other < count % 5; ++other) summer.add_tick(other, 3 * other);
    summer.add_tick(tick, count);
    summer.finish();

    auto const plain = sum_plainly(law, count);
    ASSERT_EQ(prompt[tick], plain.prompt) << "width " << Lane::width << ", count " << count;
    ASSERT_EQ(completion[tick], plain.completion) << "width " << Lane::width << ", count " << count;
  };
  for (std::uint32_t count = 0; count <= 200; ++count) expect_plain_sum(count);
  for (std::uint32_t const count : {1500U, 99999U, 400003U}) expect_plain_sum(count);
}

TEST(TokenSummer, AddsUpSingleRequestsOfIndependentLengths) {
  Tables const tables;
  test::for_each_vector_lane([&]<class Lane>() { expect_plain_sums<Lane>(tables.view(0)); });
}

TEST(TokenSummer, AddsUpSingleRequestsOfPairs) {
  Tables const tables;
  test::for_each_vector_lane([&]<class Lane>() { expect_plain_sums<Lane>(tables.view(pair_count)); });
}

TEST(SumRequests, AddsUpSingleRequests) {
  Tables const tables;
  for (std::uint32_t const pairs : {0U, pair_count})
    for (std::uint32_t const count : {0U, 1U, 3U, 4U, 5U, 250U}) {
      auto const sums = sum_requests(tables.view(pairs), seed, count, tick, static_cast<std::uint32_t>(realization),
                                     stream_word(Stream::lengths, request_class, realization));

      auto const plain = sum_plainly(tables.view(pairs), count);
      EXPECT_EQ(sums.prompt, plain.prompt);
      EXPECT_EQ(sums.completion, plain.completion);
    }
}

TEST(RequestLength, ReachesBothEndsOfTheTables) {
  Tables const tables;
  std::vector<int> seen(pair_count, 0);
  for (std::uint32_t k = 0; k < 4000; ++k) {
    auto const length = request_length(tables.view(pair_count), word_of_request(k, 0));
    auto const pair = (length.prompt - 100) / 3;
    ASSERT_LT(pair, pair_count);
    ASSERT_EQ(length.completion, tables.completion[pair]) << "a pair must stay together";
    ++seen[pair];
  }

  // 4000 draws expect 210 of each pair, with a standard deviation of 14
  for (auto const count : seen) EXPECT_NEAR(count, 4000.0 / pair_count, 6.2 * 14);
}

TEST(DrawTokens, AddsUpTheClassesOfATick) {
  Tables const tables;
  RequestClassView const classes[] = {{0.3, tables.view(0), {}}, {0.3, tables.view(pair_count), {}}, {0.4, tables.view(0), {}}};
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

  draw_tokens<VectorDrawLane<4>>(traffic, realization - 1, rows, 1, tick, tick + 1, demand);

  auto const first = sum_plainly(tables.view(0), 11, 0);
  auto const third = sum_plainly(tables.view(0), 502, 2);
  EXPECT_EQ(requests[ticks + tick], 513U);
  EXPECT_EQ(prompt[ticks + tick], first.prompt + third.prompt);
  EXPECT_EQ(completion[ticks + tick], first.completion + third.completion);
}

}  // namespace
}  // namespace fleetcast
