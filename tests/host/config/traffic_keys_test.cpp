// Keys of drift, silence, drift of lengths, mixtures, rank correlation and draining: read, refused, written out, read back.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "host/config/keys.hpp"
#include "tests/host/config/messages.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

using testing::message;
using testing::plan_of;

/// Every new key away from its default.
constexpr char const* everything = R"(
[sweep]
minutes = 30
[workload]
requests_per_minute = 50
silence_share = 0.125
silence_seconds = 90
prompt_drift_log_sd = 0.25
prompt_drift_half_life_minutes = 45
completion_drift_log_sd = 0.5
completion_drift_half_life_minutes = inf
[workload.drift_correlation]
rate_prompt = 0.5
rate_completion = -0.25
prompt_completion = 0.375
[[workload.drift]]
log_sd = 0.75
half_life_minutes = 12.5
[[workload.drift]]
log_sd = 0.0625
half_life_minutes = inf
[[workload.class]]
share = 0.75
rank_correlation = -0.625
prompt = { min = 2, max = 5000, mixture = [ { weight = 3, median = 70, sigma = 0.5 }, { weight = 1, median = 900, sigma = 0.25 } ] }
completion = { median = 60, sigma = 0.75, min = 1, max = 2000 }
[[workload.class]]
share = 0.25
[autoscaler]
drain_seconds = 150
)";

TEST(TrafficKeys, AreRead) {
  SweepConfig const config = parse_sweep(everything, "s.toml", {});
  WorkloadConfig const& w = config.workload;

  ASSERT_EQ(w.drift.size(), 2U);
  EXPECT_EQ(w.drift[0].log_sd, 0.75);
  EXPECT_EQ(w.drift[0].half_life_minutes, 12.5);
  EXPECT_EQ(w.drift[1].log_sd, 0.0625);
  EXPECT_TRUE(std::isinf(w.drift[1].half_life_minutes));
  EXPECT_EQ(w.silence_share, 0.125);
  EXPECT_EQ(w.silence_seconds, 90);
  EXPECT_EQ(w.prompt_drift.log_sd, 0.25);
  EXPECT_EQ(w.prompt_drift.half_life_minutes, 45);
  EXPECT_EQ(w.completion_drift.log_sd, 0.5);
  EXPECT_TRUE(std::isinf(w.completion_drift.half_life_minutes));
  EXPECT_EQ(w.drift_correlation.rate_prompt, 0.5);
  EXPECT_EQ(w.drift_correlation.rate_completion, -0.25);
  EXPECT_EQ(w.drift_correlation.prompt_completion, 0.375);
  ASSERT_EQ(w.classes.size(), 2U);
  EXPECT_EQ(w.classes[0].rank_correlation, -0.625);
  ASSERT_EQ(w.classes[0].prompt.mixture.size(), 2U);
  EXPECT_EQ(w.classes[0].prompt.mixture[0].weight, 3);
  EXPECT_EQ(w.classes[0].prompt.mixture[1].median, 900);
  EXPECT_EQ(w.classes[0].prompt.mixture[1].sigma, 0.25);
  EXPECT_EQ(w.classes[0].prompt.min, 2);
  EXPECT_TRUE(w.classes[0].completion.mixture.empty());
  EXPECT_EQ(w.classes[1].rank_correlation, 0);
  EXPECT_EQ(config.autoscaler.drain_seconds, 150);
}

TEST(TrafficKeys, AreWrittenOutAndReadBackToTheSamePlan) {
  Plan const plan = plan_of(everything);
  std::string const resolved = resolved_toml(plan.config);

  Plan const again = plan_of(resolved);

  EXPECT_EQ(again.hash, plan.hash);
  EXPECT_EQ(resolved_toml(again.config), resolved);
  for (auto const* line :
       {"half_life_minutes = inf", "silence_share = 0.125", "drift_correlation.rate_completion = -0.25", "drain_seconds = 150",
        "rank_correlation = -0.625", "prompt.mixture = [{ weight = 3, median = 70, sigma = 0.5 }, { weight = 1, median = 900, sigma = 0.25 }]"})
    EXPECT_SAYS(resolved, line);
}

TEST(TrafficKeys, AreReadFromAWorkloadFile) {
  std::filesystem::path const path = testing::temporary_path("workload.toml");
  std::string const text = everything;
  std::ofstream(path) << text.substr(text.find("[workload]"), text.find("[autoscaler]") - text.find("[workload]"));

  Plan const plan = plan_of("[sweep]\nminutes = 30\n[workload]\nfile = \"" + path.string() + "\"\n[autoscaler]\ndrain_seconds = 150\n");

  EXPECT_EQ(plan.hash, plan_of(everything).hash);
  std::filesystem::remove(path);
}

// Results that were made before these keys keep their hashes.
TEST(TrafficKeys, LeaveTheHashAloneAtTheirDefaults) {
  Plan const plain = plan_of("[sweep]\nminutes = 30\n");
  for (auto const* key :
       {"workload.silence_share=0", "workload.silence_seconds=60", "workload.prompt_drift_log_sd=0", "workload.prompt_drift_half_life_minutes=30",
        "workload.completion_drift_log_sd=0", "workload.completion_drift_half_life_minutes=30", "workload.drift_correlation.rate_prompt=0",
        "workload.drift_correlation.rate_completion=0", "workload.drift_correlation.prompt_completion=0", "workload.class.0.rank_correlation=0",
        "autoscaler.drain_seconds=0"})
    EXPECT_EQ(plan_of("[sweep]\nminutes = 30\n", {key}).hash, plain.hash) << key;
}

TEST(TrafficKeys, ChangeTheHashWhereTheyChangeTheTraffic) {
  Plan const plan = plan_of(everything);
  for (auto const* key :
       {"workload.silence_share=0.25", "workload.silence_seconds=120", "workload.prompt_drift_log_sd=0.5",
        "workload.prompt_drift_half_life_minutes=inf", "workload.completion_drift_log_sd=0.25", "workload.completion_drift_half_life_minutes=30",
        "workload.drift_correlation.rate_prompt=0.25", "workload.drift_correlation.rate_completion=0",
        "workload.drift_correlation.prompt_completion=0", "workload.class.0.rank_correlation=0", "workload.class.0.prompt.mixture.0.weight=1",
        "workload.class.0.prompt.mixture.1.median=800", "workload.class.0.prompt.mixture.1.sigma=0.5", "workload.drift.0.log_sd=0.5",
        "workload.drift.1.half_life_minutes=30", "autoscaler.drain_seconds=60"})
    EXPECT_NE(plan_of(everything, {key}).hash, plan.hash) << key;
}

TEST(TrafficKeys, CanBeAxes) {
  std::string const grid = R"([grid]
"workload.drift.1.log_sd" = [0, 0.5]
"workload.drift.0.half_life_minutes" = [5, inf]
"workload.class.0.prompt.mixture.0.weight" = [0, 1, 2]
"workload.class.0.rank_correlation" = [-0.5, 0.5]
"workload.drift_correlation.rate_prompt" = { from = -0.5, to = 0.5, count = 3 }
"workload.silence_share" = [0, 0.2]
"autoscaler.drain_seconds" = [0, 60, 120, 150]
)";
  Plan const plan = plan_of(everything + grid);

  EXPECT_EQ(plan.scenarios.size(), 144U);
  EXPECT_EQ(plan.policies.size(), 4U);
  EXPECT_EQ(plan.valid_cells(), 576U);
  EXPECT_EQ(plan_of(resolved_toml(plan.config)).hash, plan.hash);
}

TEST(TrafficKeys, AreOverriddenByNumber) {
  SweepConfig const config =
      parse_sweep(everything, "s.toml",
                  {"workload.drift.0.log_sd=0.2", "workload.drift.1.half_life_minutes=7", "workload.drift_correlation.rate_prompt=0",
                   "workload.class.0.prompt.mixture.1.median=1000", "workload.class.1.rank_correlation=0.9"});

  EXPECT_EQ(config.workload.drift[0].log_sd, 0.2);
  EXPECT_EQ(config.workload.drift[1].half_life_minutes, 7);
  EXPECT_EQ(config.workload.drift_correlation.rate_prompt, 0);
  EXPECT_EQ(config.workload.classes[0].prompt.mixture[1].median, 1000);
  EXPECT_EQ(config.workload.classes[1].rank_correlation, 0.9);
}

TEST(TrafficKeys, AreNoAxesAnyMoreOnceTheyAreSet) {
  std::string const grid =
      "[grid]\n\"workload.drift.0.log_sd\" = [0.1, 0.2]\n\"workload.class.0.rank_correlation\" = [0.1, 0.2]\n\"sla.ttft_ms\" = [400, 500]\n";

  SweepConfig const config = parse_sweep(everything + grid, "s.toml", {"workload.drift.0.log_sd=0.3", "workload.class.0.rank_correlation=0.3"});

  ASSERT_EQ(config.grid.size(), 1U);
  EXPECT_EQ(config.grid[0].key, "sla.ttft_ms");
  EXPECT_EQ(config.workload.drift[0].log_sd, 0.3);
}

TEST(Overrides, NameEntriesThatTheFileHas) {
  EXPECT_SAYS(message("", {"workload.drift.0.log_sd=0.2"}, ExitCode::usage),
              "--set workload.drift.0.log_sd=0.2: no such number in this sweep, which has 1 class and 0 drifts");
  EXPECT_SAYS(message(everything, {"workload.drift.2.log_sd=0.2"}, ExitCode::usage),
              "which has 2 classes and 2 drifts ([[workload.class]] and [[workload.drift]] tables add more); did you mean workload.drift.");
  EXPECT_SAYS(message("", {"workload.class.0.prompt.mixture.0.weight=2"}, ExitCode::usage), "did you mean workload.class.0.prompt.");
  EXPECT_SAYS(message(everything, {"workload.drift.0.log_sd=4"}, ExitCode::usage), "workload.drift.0.log_sd must lie in 0 to 3");
  EXPECT_SAYS(message(everything, {"workload.drift.0.log_sd=much"}, ExitCode::usage), "workload.drift.0.log_sd must be a number");
}

TEST(TrafficKeys, RefuseNumbersOutOfBounds) {
  auto const said = [](std::string const& key) { return message("", {key}, ExitCode::usage); };
  EXPECT_SAYS(said("workload.drift_log_sd=3.5"), "workload.drift_log_sd = 3.5 must lie in 0 to 3");
  EXPECT_SAYS(said("workload.drift_half_life_minutes=0"), "must lie in 0.01 to inf min");
  EXPECT_SAYS(said("workload.drift_half_life_minutes=-inf"), "must be a finite number");
  EXPECT_SAYS(said("workload.drift_log_sd=inf"), "must be a finite number");
  EXPECT_SAYS(said("workload.silence_share=1"), "must lie in 0 to 0.99");
  EXPECT_SAYS(said("workload.silence_seconds=0"), "must lie in 1 to 604800 s");
  EXPECT_SAYS(said("workload.prompt_drift_log_sd=0.71"), "must lie in 0 to 0.7");
  EXPECT_SAYS(said("workload.completion_drift_log_sd=-0.1"), "must lie in 0 to 0.7");
  EXPECT_SAYS(said("workload.drift_correlation.rate_prompt=1.01"), "must lie in -1 to 1");
  EXPECT_SAYS(said("workload.class.0.rank_correlation=1"), "must lie in -0.99 to 0.99");
  EXPECT_SAYS(said("autoscaler.drain_seconds=86401"), "must lie in 0 to 86400 s");
}

TEST(Drift, RefusesWhatIsNoListOfTables) {
  std::string const advice = "workload.drift must be written as [[workload.drift]] tables";
  EXPECT_SAYS(message("[workload.drift]\nlog_sd = 0.3\n"), "s.toml:1:1: " + advice);
  EXPECT_SAYS(message("[workload]\ndrift = 0.3\n"), "s.toml:2:9: " + advice);
  EXPECT_SAYS(message("[workload]\ndrift = [0.3]\n"), "s.toml:2:10: " + advice);
  EXPECT_SAYS(message("[workload]\ndrift = []\n"), "s.toml:2:9: [[workload.drift]] needs 1 to 3 entries");
  EXPECT_SAYS(message("", {"workload.drift=0.3"}, ExitCode::usage), advice);
}

TEST(Drift, HasThreeScalesAtMost) {
  std::string toml;
  for (int scale = 0; scale < 3; ++scale) toml += "[[workload.drift]]\nlog_sd = 0.2\n";

  EXPECT_EQ(plan_of(toml).scenarios[0].drifts.size(), 3U);
  EXPECT_SAYS(message(toml + "[[workload.drift]]\nlog_sd = 0.2\n"), "[[workload.drift]] needs 1 to 3 entries");
}

TEST(Drift, SuggestsItsKeysForATypo) {
  EXPECT_SAYS(message("[[workload.drift]]\nlogsd = 0.3\n"), "s.toml:2:9: logsd is not a key of [workload.drift.0]");
  EXPECT_SAYS(message("[[workload.drift]]\nlogsd = 0.3\n"), "did you mean log_sd?");
  EXPECT_SAYS(message("[workload.drift_correlation]\nprompt_rate = 0.3\n"), "prompt_rate is not a key of [workload.drift_correlation]");
}

TEST(Drift, IsGivenInOneFormOnly) {
  EXPECT_SAYS(message("[workload]\ndrift_log_sd = 0.3\n[[workload.drift]]\nlog_sd = 0.2\n"),
              "workload.drift_log_sd and [[workload.drift]] both say how the rate drifts; keep one of them");
  EXPECT_SAYS(message("[[workload.drift]]\nlog_sd = 0.2\n[grid]\n\"workload.drift_half_life_minutes\" = [10, 20]\n"),
              "axis workload.drift_half_life_minutes changes nothing, since [[workload.drift]] says how the rate drifts");
}

TEST(Mixture, RefusesWhatIsNoListOfTables) {
  std::string const advice = "mixture must be a list of tables { weight, median, sigma }";
  EXPECT_SAYS(message("[[workload.class]]\nprompt = { mixture = 3 }\n"), "s.toml:2:22: " + advice);
  EXPECT_SAYS(message("[[workload.class]]\nprompt = { mixture = [3] }\n"), advice);
  EXPECT_SAYS(message("[[workload.class]]\ncompletion = { mixture = [] }\n"), "completion.mixture needs 1 to 4 entries");
  std::string const part = "{ median = 9, sigma = 1 }";
  EXPECT_SAYS(message("[[workload.class]]\nprompt = { mixture = [" + part + "," + part + "," + part + "," + part + "," + part + "] }\n"),
              "prompt.mixture needs 1 to 4 entries");
}

TEST(Mixture, RefusesPartsThatSayTooLittleOrTooMuch) {
  EXPECT_SAYS(message("[[workload.class]]\nprompt = { mixture = [{ weight = 1, median = 90, sigma = 0.5 }, { weight = 1 }] }\n"),
              "prompt: median and sigma are missing");
  EXPECT_SAYS(message("[[workload.class]]\nprompt = { median = 9, mixture = [{ median = 90, sigma = 0.5 }] }\n"),
              "median is not a key of [workload.class.0.prompt]");
  EXPECT_SAYS(message("[[workload.class]]\nprompt = { mixture = [{ median = 90, sigma = 0.5, min = 3 }] }\n"),
              "min is not a key of [workload.class.0.prompt.mixture.0]");
}

TEST(Mixture, NeedsAWeight) {
  std::string const toml =
      "[[workload.class]]\nprompt = { mixture = [{ weight = 0, median = 9, sigma = 1 }, { weight = 0, median = 90, sigma = 1 }] }\n";

  EXPECT_SAYS(message(toml), "prompt: the weights of its mixture are all 0");
  EXPECT_SAYS(message("", {"workload.class=[{prompt={mixture=[{weight=-1,median=9,sigma=1}]}}]"}, ExitCode::usage), "weight = -1 must lie in 0 to");
}

TEST(Mixture, IsAKeyOfLengthsAlone) {
  EXPECT_SAYS(message("[sla]\nmixture = []\n"), "mixture is not a key of [sla]");
  EXPECT_SAYS(message("[[workload.class]]\nmixture = [{ weight = 1 }]\n"), "mixture is not a key of [workload.class.0]");
}

TEST(Mixture, IsRefusedWithAllItsPartsIfItCannotBeTabled) {
  EXPECT_SAYS(
      message("[[workload.class]]\ncompletion = { mixture = [{ weight = 1, median = 10, sigma = 2 }, { weight = 2, median = 900, sigma = 0.1 }], "
              "max = 1048576 }\n"),
      "completion law (weight 1, median 10, sigma 2; weight 2, median 900, sigma 0.1; max 1048576) can't be tabled well enough");
}

TEST(RankCorrelation, GoesWithNoMeasuredPairs) {
  std::filesystem::path const path = testing::temporary_path("pairs.csv");
  std::ofstream(path) << "prompt_tokens,completion_tokens\n10,20\n30,40\n";
  std::string const pairs = "[[workload.class]]\npairs = \"" + path.string() + "\"\n";

  EXPECT_SAYS(message(pairs + "rank_correlation = 0.5\n"),
              "rank_correlation is set but the class draws measured pairs, which have their own; remove one of them");
  // a cell that asks for it is no good because another one, which doesn't, has read the pairs before
  Plan const plan = plan_of(pairs + "[grid]\n\"workload.class.0.rank_correlation\" = [0, 0.5]\n");
  EXPECT_EQ(plan.valid_cells(), 1U);
  std::filesystem::remove(path);
}

TEST(Silence, NeedsBurstsThatTicksDivide) {
  EXPECT_SAYS(message("[sweep]\ntick_seconds = 300\n[workload]\nsilence_share = 0.1\n"), "workload.burst_seconds = 60 is no multiple of");
}

TEST(Silence, RefusesRatesThatNothingCouldServe) {
  EXPECT_SAYS(message("[workload]\nrequests_per_minute = 900000000\nsilence_share = 0.2\n"), "leaves more than 1e9 requests per minute");
}

// Silences that are as short as can be, with an interval between them, take their share at most: 1/(1 + interval/length).
TEST(Silence, RefusesSharesTooLargeForItsLengthAndSaysWhichIsNot) {
  EXPECT_SAYS(message("[workload]\nsilence_share = 0.6\n"),
              "silences of 60 s can't make up 0.6 of the time with a rest between them; lower workload.silence_share to 0.5 or make them longer");
  EXPECT_SAYS(message("[workload]\nsilence_share = 0.7\nsilence_seconds = 120\n"), "lower workload.silence_share to 0.666 or");
  EXPECT_EQ(message("[workload]\nsilence_share = 0.666\nsilence_seconds = 120\n"), "no error");
  for (auto const& [share, seconds] : {std::pair{"0.5", "60"}, std::pair{"0.8", "240"}, std::pair{"0.9", "540"}, std::pair{"0.99", "5940"}})
    EXPECT_EQ(message("", {std::string("workload.silence_share=") + share, std::string("workload.silence_seconds=") + seconds}), "no error")
        << "a share of " << share << " is just possible";
}

TEST(DriftCorrelation, RefusesWhatCannotHoldTogether) {
  EXPECT_SAYS(message("[workload]\nprompt_drift_log_sd = 0.2\n[workload.drift_correlation]\nrate_prompt = 0.9\nrate_completion = 0.9\n"
                      "prompt_completion = -0.9\n"),
              "workload.drift_correlation: rate_prompt 0.9, rate_completion 0.9 and prompt_completion -0.9 can't hold together (their matrix is not "
              "positive semidefinite)");
  // on an axis such cells are kept in shape and not run
  Plan const plan = plan_of(
      "[workload]\nprompt_drift_log_sd = 0.2\n[workload.drift_correlation]\nrate_prompt = 0.9\nrate_completion = 0.9\n[grid]\n"
      "\"workload.drift_correlation.prompt_completion\" = [-0.9, 0.8]\n");
  EXPECT_EQ(plan.valid_cells(), 1U);
}

TEST(DriftCorrelation, MayBeAsStrongAsCanBe) {
  auto const answer = [](char const* rate_prompt, char const* rate_completion, char const* prompt_completion) {
    return message("[workload]\nprompt_drift_log_sd = 0.2\n", {std::string("workload.drift_correlation.rate_prompt=") + rate_prompt,
                                                               std::string("workload.drift_correlation.rate_completion=") + rate_completion,
                                                               std::string("workload.drift_correlation.prompt_completion=") + prompt_completion});
  };
  EXPECT_EQ(answer("1", "1", "1"), "no error");
  EXPECT_EQ(answer("1", "-1", "-1"), "no error");
  EXPECT_EQ(answer("0.6", "0.8", "0.96"), "no error");  // 0.6·0.8 + 0.8·0.6
  EXPECT_EQ(answer("0.6", "0.8", "0"), "no error");     // 0.6·0.8 - 0.8·0.6
  EXPECT_SAYS(answer("1", "1", "0.99"), "can't hold together");
  EXPECT_SAYS(answer("0.6", "0.8", "0.97"), "can't hold together");
}

TEST(Bill, IsRefusedIfItsSumsCouldOutgrowTheirWords) {
  EXPECT_SAYS(message("[sweep]\ntick_seconds = 1\nrealizations = 1000000000\n[workload]\nrequests_per_minute = 0\n[service]\n"
                      "startup_seconds = 0\n[autoscaler]\nmax_replicas = 1000000\ndrain_seconds = 86400\n"),
              "the bill of a realization could outgrow the integers");
}

TEST(Help, NamesTheKeysOfListsAndMixtures) {
  std::string const help = keys_help();
  for (auto const* key : {"drift.0.log_sd", "drift.0.half_life_minutes", "class.0.prompt.mixture.0.weight", "class.0.completion.mixture.0.sigma",
                          "class.0.rank_correlation", "silence_share", "drift_correlation.rate_prompt", "drain_seconds"})
    EXPECT_SAYS(help, key);
}

}  // namespace
}  // namespace fleetcast
