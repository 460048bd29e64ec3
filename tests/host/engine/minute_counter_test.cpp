// Requests by minute and second of the clock, whatever the ticks.
#include "host/engine/minute_counter.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace fleetcast {
namespace {

std::vector<MinuteTotals> minutes_of(std::vector<std::vector<Request>> const& batches, std::int64_t first, std::int64_t end) {
  MinuteCounter counter(first, end);
  std::vector<MinuteTotals> minutes;
  auto const keep = [&](MinuteTotals const& minute) { minutes.push_back(minute); };
  for (auto const& batch : batches) counter.count(batch, keep);
  counter.finish(keep);
  return minutes;
}

Request at(double seconds, std::uint32_t prompt = 1, std::uint32_t completion = 1) {
  return {static_cast<std::int64_t>(seconds * 1e6), 0, prompt, completion};
}

TEST(MinuteCounter, AddsUpEachMinuteWhereverBatchesEnd) {
  auto const minutes = minutes_of({{at(-60, 5, 7), at(-0.000001, 11, 13)}, {at(0, 17, 19)}, {at(59.999999, 23, 29), at(60, 31, 37)}}, -1, 2);

  ASSERT_EQ(minutes.size(), 3U);
  EXPECT_EQ(minutes[0].minute, -1);
  EXPECT_EQ(minutes[0].requests, 2U);
  EXPECT_EQ(minutes[0].prompt_tokens, 16U);
  EXPECT_EQ(minutes[0].completion_tokens, 20U);
  EXPECT_EQ(minutes[1].requests, 2U);
  EXPECT_EQ(minutes[1].prompt_tokens, 40U);
  EXPECT_EQ(minutes[2].requests, 1U);
  EXPECT_EQ(minutes[2].completion_tokens, 37U);
}

TEST(MinuteCounter, KeepsMinutesWithoutRequests) {
  auto const minutes = minutes_of({{at(150)}}, -2, 5);

  ASSERT_EQ(minutes.size(), 7U);
  for (std::size_t i = 0; i < minutes.size(); ++i) {
    EXPECT_EQ(minutes[i].minute, static_cast<std::int64_t>(i) - 2);
    EXPECT_EQ(minutes[i].requests, i == 4 ? 1U : 0U);
    EXPECT_EQ(minutes[i].peak_requests_per_second, i == 4 ? 1U : 0U);
  }
}

TEST(MinuteCounter, FindsTheBusiestWholeSecondOfEachMinute) {
  // three within a second's length, but in two seconds of the clock; four in the last second before the next minute
  auto const minutes =
      minutes_of({{at(1.5), at(1.9), at(2.1), at(59.0), at(59.1), at(59.9), at(59.999999)}, {at(60.0), at(60.5), at(119.999999)}}, 0, 2);

  EXPECT_EQ(minutes[0].peak_requests_per_second, 4U);
  EXPECT_EQ(minutes[1].peak_requests_per_second, 2U);
}

TEST(MinuteCounter, CountsSecondsOfTheWarmUpFromWholeOnes) {
  auto const minutes = minutes_of({{at(-59.5), at(-59.1), at(-58.9), at(-0.5), at(0.2)}}, -1, 1);

  EXPECT_EQ(minutes[0].peak_requests_per_second, 2U);
  EXPECT_EQ(minutes[1].peak_requests_per_second, 1U);
}

}  // namespace
}  // namespace fleetcast
