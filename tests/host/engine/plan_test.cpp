#include "host/engine/plan.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <numeric>

#include "host/config/error.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

using testing::cpu_digest;
using testing::plan_of;

double mean_rate(std::vector<double> const& expected) {
  return std::accumulate(expected.begin(), expected.end(), 0.0) / static_cast<double>(expected.size());
}

TEST(Cells, AreNumberedRowMajorOverTheAxes) {
  Plan const plan = plan_of("[grid]\n\"sla.ttft_ms\" = [400, 500]\n\"workload.burst_cv\" = [0, 0.1, 0.2]\n\"autoscaler.step_up\" = [1, 2, 3, 4]\n");

  EXPECT_EQ(plan.cells, 24U);
  EXPECT_EQ(plan.scenarios.size(), 3U);
  EXPECT_EQ(plan.policies.size(), 8U);
  EXPECT_EQ(cell_position(plan.axes, 17), (std::vector<std::size_t>{1, 1, 1}));
  EXPECT_EQ(plan.scenario_of(17), 1U);
  EXPECT_EQ(plan.policy_of(17), 5U);
}

TEST(Cells, HaveNoMoreAxesThanADatasetHasDimensions) {
  SweepConfig config;
  config.grid.resize(32);
  try {
    axes_of(config);
    FAIL();
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_config);
    EXPECT_STREQ(error.what(), "[grid] has 32 axes; give it 31 at most");
  }
}

TEST(Slots, AreGroupedAndPaddedToTheAlignment) {
  Plan const plan = plan_of("[grid]\n\"service.startup_seconds\" = [60, 120, 180]\n\"autoscaler.step_up\" = [1, 2, 3, 4, 5]\n");

  ASSERT_EQ(plan.groups.size(), 6U);  // single steps walk apart
  for (auto const& group : plan.groups) {
    EXPECT_EQ(group.first_slot % slot_alignment, 0U);
    EXPECT_EQ(group.slot_count, slot_alignment);
    EXPECT_EQ(group.policy_count, group.steps == Steps::single ? 1U : 4U);
  }
}

TEST(Arrivals, FollowTheDailyCurve) {
  Plan const plan = plan_of("[sweep]\nwarmup_minutes = 0\n[workload]\nrequests_per_minute = 100\ndaily_amplitude = 0.5\ndaily_peak_hour = 15\n");
  auto const& expected = plan.scenarios[0].expected_requests;

  // mid-tick of minute 900 is half a minute past the peak
  EXPECT_NEAR(expected[900], 100 * (1 + 0.5 * std::cos(2 * M_PI * 0.5 / 1440)), 1e-9);
  EXPECT_NEAR(expected[180], 100 * (1 - 0.5 * std::cos(2 * M_PI * 0.5 / 1440)), 1e-9);
  EXPECT_NEAR(mean_rate(expected), 100, 1e-9);
}

TEST(Arrivals, KeepTheirMeanOverAWeekOfUnequalDays) {
  Plan const plan = plan_of(
      "[sweep]\ndays = 7\nwarmup_minutes = 0\nstart_weekday = \"sunday\"\n[workload]\nrequests_per_minute = 100\n"
      "weekday_factors = [2, 2, 2, 2, 2, 1, 0]\n");
  auto const& expected = plan.scenarios[0].expected_requests;

  EXPECT_EQ(expected[10], 0);  // Sunday
  EXPECT_NEAR(expected[1450], 100 * 2 * 7.0 / 11.0, 1e-9);
  EXPECT_NEAR(mean_rate(expected), 100, 1e-9);
}

TEST(Arrivals, WarmUpIsTheEveningBefore) {
  Plan const plan = plan_of("[workload]\nrequests_per_minute = 100\ndaily_amplitude = 1\ndaily_peak_hour = 23.5\n");

  EXPECT_NEAR(plan.scenarios[0].expected_requests[30], 200, 1e-3);
}

TEST(Arrivals, RepeatAProfile) {
  std::filesystem::path const path = testing::temporary_path("profile.csv");
  std::ofstream(path) << "minute,requests_per_minute\n0,10\n30,70\n";
  Plan const plan = plan_of("[sweep]\nwarmup_minutes = 0\n[workload]\nprofile = \"" + path.string() + "\"\n");
  auto const& expected = plan.scenarios[0].expected_requests;

  EXPECT_EQ(expected[29], 10);
  EXPECT_EQ(expected[30], 70);
  EXPECT_EQ(expected[60], 10);
  EXPECT_EQ(expected[1439], 70);
  std::filesystem::remove(path);
}

TEST(Hash, ChangesWithWhatChangesTheIntegersAlone) {
  std::string const base = "[sweep]\nseed = 1\n";
  auto const hash = [&](std::string const& setting) { return plan_of(base, {setting}).hash; };
  Hash128 const reference = plan_of(base).hash;

  EXPECT_EQ(hash("sweep.name=other"), reference);
  EXPECT_EQ(hash("sweep.realizations=7"), reference);
  EXPECT_EQ(hash("price.gpu_hour_usd=9"), reference);
  EXPECT_NE(hash("sweep.seed=2"), reference);
  EXPECT_NE(hash("service.backlog=false"), reference);
  EXPECT_NE(hash("workload.class.0.prompt.median=1021"), reference);
}

TEST(ClassNames, ChangeNoIntegers) {
  std::string const classes = "[[workload.class]]\nshare = 0.5\n[[workload.class]]\nshare = 0.5\n";

  EXPECT_EQ(plan_of(classes).hash, plan_of(classes + "name = \"chat-2.5_b\"\n").hash);
}

TEST(ClassNames, AreWordsOfTheirOwn) {
  auto const named = [](std::string const& first, std::string const& second) {
    return plan_of("[[workload.class]]\nshare = 0.5\nname = \"" + first + "\"\n[[workload.class]]\nshare = 0.5\nname = \"" + second + "\"\n");
  };

  EXPECT_NO_THROW(named("chat", ""));
  EXPECT_NO_THROW(named("1", "0"));
  EXPECT_THROW(named("chat", "chat"), Error);
  EXPECT_THROW(named("1", ""), Error);
  for (char const* const wrong : {"two words", "a,b", "naïve", "line\\nend"}) EXPECT_THROW(named(wrong, ""), Error) << wrong;
  EXPECT_THROW(named(std::string(65, 'x'), ""), Error);
}

TEST(CommonRandomNumbers, GiveACellTheSameDaysInAnyGrid) {
  std::string const base = "[sweep]\nrealizations = 9\nminutes = 120\n";
  Plan const alone = plan_of(base, {"autoscaler.step_up=3"});
  Plan const among = plan_of(base + "[grid]\n\"autoscaler.step_up\" = [1, 2, 3]\n");
  auto const cell = [](Plan const& plan, std::uint32_t policy) {
    auto const backend = make_cpu_backend(plan, 1, "", 64 << 20);
    SweepSums const sums = testing::sums_of(plan, *backend);
    return static_cast<std::uint64_t>(sums.cells[0].square(Entry::billed_replica_ticks, plan.policies[policy].slot));
  };

  EXPECT_EQ(cell(alone, 0), cell(among, 2));
}

TEST(Histograms, StayWithinTheirMemoryHoweverManyCells) {
  Plan const plan = plan_of(
      "[sweep]\ndays = 30\n[autoscaler]\nmax_replicas = 1000\n[grid]\n\"sla.ttft_ms\" = { from = 300, to = 900, count = 300 }\n"
      "\"autoscaler.scale_up_at\" = { from = 130000, to = 300000, count = 300 }\n");

  std::uint64_t const bytes = 4ULL * plan.table.slots * (plan.billed_bins.count + plan.violated_bins.count);
  EXPECT_LE(bytes, 256ULL << 20);
  EXPECT_GT(bytes, 100ULL << 20);  // and no coarser than need be
}

TEST(Unservable, CountsPromptsWhoseOwnPrefillBreaksThePromise) {
  Plan const plan = plan_of(
      "[service]\nprefill_tokens_per_second = 1000\nttft = { curve = \"linear\", base_ms = 100, slope_ms = 10 }\n[sla]\nttft_ms = 600\n"
      "[[workload.class]]\nprompt = { median = 1000, sigma = 0.5, min = 1, max = 20000 }\n");

  // beyond the mean of 1000·e^(0.125) by half a second's 500 tokens: P(K > 1633) = 1 - Φ(ln 1.633 / 0.5)
  double const mean = 1000 * std::exp(0.125);
  double const expected = 0.5 * std::erfc(std::log((mean + 500) / 1000) / 0.5 / std::sqrt(2.0));
  EXPECT_NEAR(plan.unservable_share(0), expected, 2e-4);
}

TEST(Unservable, MeasuresEveryClassAgainstTheMeanPromptOfAll) {
  Plan const plan = plan_of(
      "[service]\nprefill_tokens_per_second = 8000\nttft = { curve = \"linear\", base_ms = 220, slope_ms = 0 }\n[sla]\nttft_ms = 500\n"
      "[[workload.class]]\nshare = 0.9\nprompt = { median = 250, sigma = 0.2, min = 1, max = 20000 }\n"
      "[[workload.class]]\nshare = 0.1\nprompt = { median = 10000, sigma = 0.2, min = 1, max = 40000 }\n");

  // the mean of all is about 1249 tokens, and 280 ms are 2240 more: every document is longer, no chat is
  EXPECT_NEAR(plan.unservable_share(0), 0.1, 1e-4);
}

}  // namespace
}  // namespace fleetcast
