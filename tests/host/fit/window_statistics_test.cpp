#include "host/fit/window_statistics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace fleetcast {
namespace {

std::optional<double> value(std::vector<Statistic> const& all, std::string const& name) {
  auto const at = std::find_if(all.begin(), all.end(), [&](Statistic const& s) { return s.name == name; });
  EXPECT_NE(at, all.end()) << name;
  return at == all.end() ? std::nullopt : at->value;
}

BinSeries ones_and_threes(std::size_t bins, double bin_minutes) {
  BinSeries series{bin_minutes, {}, std::vector<double>(bins), std::vector<double>(bins), std::vector<double>(bins)};
  for (std::size_t i = 0; i < bins; ++i) {
    series.requests[i] = i % 2 == 0 ? 1 : 3;
    series.prompt_tokens[i] = 800;
    series.completion_tokens[i] = i % 2 == 0 ? 0 : 240;
  }
  return series;
}

TEST(RecordStatistics, AreThoseOfMinutes) {
  auto const all = record_statistics(ones_and_threes(40, 1), {800, 120});

  EXPECT_NEAR(*value(all, "requests_per_minute_cv"), std::sqrt(40.0 / 39) / 2, 1e-12);
  EXPECT_NEAR(*value(all, "requests_per_minute_dispersion_1min"), 40.0 / 39 / 2, 1e-12);
  // sums of five are 9 and 11 in turn, eight of them
  EXPECT_NEAR(*value(all, "requests_per_minute_dispersion_5min"), 8.0 / 7 / 10, 1e-12);
  EXPECT_NEAR(*value(all, "requests_per_minute_lag1"), -39.0 / 40, 1e-12);
  EXPECT_EQ(*value(all, "requests_per_minute_q50"), 2);
  EXPECT_EQ(*value(all, "work_per_minute_q99"), 3);  // 800/800 + 240/120 seconds
  EXPECT_EQ(*value(all, "empty_minutes_share"), 0);
}

TEST(RecordStatistics, NeedEightWindows) {
  auto const short_one = record_statistics(ones_and_threes(39, 1), {});
  EXPECT_TRUE(value(short_one, "tokens_per_minute_cv"));
  EXPECT_FALSE(value(short_one, "tokens_per_minute_dispersion_5min"));
  EXPECT_FALSE(value(short_one, "tokens_per_minute_dispersion_15min"));
  EXPECT_FALSE(value(record_statistics(ones_and_threes(7, 1), {}), "empty_minutes_share"));
}

TEST(RecordStatistics, AddBinsUpToMinutes) {
  auto const all = record_statistics(ones_and_threes(60, 1.0 / 6), {});  // six of ten seconds make twelve requests

  EXPECT_NEAR(*value(all, "requests_per_minute_cv"), 0, 1e-12);
  EXPECT_EQ(*value(all, "requests_per_minute_q50"), 12);
}

TEST(RecordStatistics, KeepBinsThatAreLongerThanAMinute) {
  auto const all = record_statistics(ones_and_threes(30, 5), {});

  EXPECT_FALSE(value(all, "requests_per_minute_dispersion_1min"));
  EXPECT_TRUE(value(all, "requests_per_minute_dispersion_5min"));
  EXPECT_TRUE(value(all, "requests_per_minute_dispersion_15min"));
  EXPECT_DOUBLE_EQ(*value(all, "requests_per_minute_q95"), 3.0 / 5);
}

TEST(RecordStatistics, HaveRequestsAloneWhereThereAreNoTokens) {
  BinSeries series = ones_and_threes(40, 1);
  series.prompt_tokens.clear();
  series.completion_tokens.clear();
  auto const all = record_statistics(series, {});

  EXPECT_EQ(all.size(), 10U);
  EXPECT_EQ(all.front().name, "requests_per_minute_cv");
  EXPECT_EQ(all.back().name, "empty_minutes_share");
}

}  // namespace
}  // namespace fleetcast
