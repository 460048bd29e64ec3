// Single requests: those that a run adds up, each where and when its name says.
#include "host/engine/request_stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "cuda/model/lengths.cuh"
#include "cuda/model/request_times.cuh"
#include "host/commands/golden_sweeps.hpp"
#include "host/config/error.hpp"
#include "tests/reference/sweeps.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

using testing::plan_of;

constexpr char const* two_classes = R"(
[sweep]
minutes = 30
warmup_minutes = 5
tick_seconds = 20
seed = 31
[workload]
requests_per_minute = 700
drift_log_sd = 0.4
burst_cv = 0.5
[[workload.class]]
share = 0.75
[[workload.class]]
share = 0.25
prompt = { median = 3000, sigma = 0.5, min = 0, max = 20000 }
completion = { median = 10, sigma = 0.3, min = 1, max = 100 }
)";

std::vector<std::string> const drifting_lengths{"workload.prompt_drift_log_sd=0.6", "workload.completion_drift_log_sd=0.3"};

std::vector<Request> all_requests(Plan const& plan, std::uint64_t realization, std::uint32_t held = RequestStream::most_held,
                                  std::size_t scenario = 0) {
  RequestStream stream(plan, plan.scenarios[scenario], realization, held);
  std::vector<Request> all;
  for (auto batch = stream.next(); !batch.empty(); batch = stream.next()) all.insert(all.end(), batch.begin(), batch.end());
  EXPECT_EQ(all.size(), stream.size());
  return all;
}

bool same(Request const& a, Request const& b) {
  return a.time_us == b.time_us && a.request_class == b.request_class && a.prompt_tokens == b.prompt_tokens &&
         a.completion_tokens == b.completion_tokens;
}

/// Requests, prompt and completion tokens in every ledger tick (every few in long sweeps), summed over all realizations of a scenario:
/// as the bands of a run.
std::vector<std::uint64_t> ledger_sums(Plan const& plan, std::size_t scenario) {
  std::vector<std::uint64_t> sums(3 * plan.band_blocks);
  for (std::uint64_t realization = 0; realization < plan.realizations; ++realization)
    for (Request const& request : all_requests(plan, realization, RequestStream::most_held, scenario)) {
      if (request.time_us < 0) continue;
      auto const block = static_cast<std::size_t>(request.time_us / 1'000'000 / plan.tick_seconds / plan.band_ticks);
      sums[block] += 1;
      sums[plan.band_blocks + block] += request.prompt_tokens;
      sums[2 * plan.band_blocks + block] += request.completion_tokens;
    }
  return sums;
}

/// A run that stands for those of all instruction sets: the oracle's tests show that they agree.
void expect_the_demand_of_a_run(char const* name, Plan const& plan) {
  auto const backend = make_cpu_backend(plan, 1, "", 64ULL << 20);
  SweepSums const run = testing::sums_of(plan, *backend);
  for (std::size_t s = 0; s < plan.scenarios.size(); ++s)
    if (plan.scenarios[s].problem.empty()) {
      EXPECT_EQ(ledger_sums(plan, s), run.scenarios[s].bands.sums) << name << ", scenario " << s;
    }
}

bool draws_requests(Plan const& plan) { return plan.config.workload.sampler == "request"; }

TEST(RequestStream, AddsUpToTheDemandOfARunInEveryTick) {
  for (auto const& sweep : testing::corner_sweeps)
    if (Plan const plan = plan_of(sweep.toml); draws_requests(plan)) expect_the_demand_of_a_run(sweep.name, plan);
  for (auto const& sweep : golden_sweeps)
    if (Plan const plan = plan_of(sweep.toml); draws_requests(plan)) expect_the_demand_of_a_run(sweep.name, plan);
}

TEST(RequestStream, AddsUpToTheDemandOfARunOverMeasuredPairs) {
  std::string const path = testing::temporary_path("pairs.csv");
  std::ofstream(path) << "prompt_tokens,completion_tokens\n5,7\n11,13\n17,19\n23,0\n";
  Plan const plan = plan_of("[sweep]\nrealizations = 3\nminutes = 20\nwarmup_minutes = 0\n[[workload.class]]\npairs = \"" + path + "\"\n");
  std::filesystem::remove(path);

  expect_the_demand_of_a_run("pairs", plan);
}

TEST(RequestStream, GivesEachRequestTheTimeAndLengthsOfItsName) {
  Plan const plan = plan_of(two_classes);
  constexpr std::uint64_t realization = (1ULL << 32) + 3;  // high bits stand in the stream word
  auto const word = [&](Stream stream, std::uint32_t request_class, std::uint32_t tick, std::uint32_t number) {
    auto const words = philox<ScalarDrawLane>({number / 4, tick, 3, stream_word(stream, request_class, realization)}, plan.seed);
    std::uint64_t const dealt[4] = {words.x, words.y, words.z, words.w};
    return static_cast<std::uint32_t>(dealt[number % 4]);
  };

  std::vector<Request> const requests = all_requests(plan, realization);

  ASSERT_GT(requests.size(), 5000U);
  std::vector<RequestClassView> classes;
  TrafficView const traffic = traffic_view(plan, plan.scenarios.front(), classes);
  for (auto first = requests.begin(); first != requests.end();) {
    std::int64_t const start = (first->time_us + 300'000'000) / 20'000'000 * 20'000'000 - 300'000'000;
    auto const last = std::find_if(first, requests.end(), [&](Request const& r) { return r.time_us >= start + 20'000'000; });
    auto const tick = static_cast<std::uint32_t>((start + 300'000'000) / 20'000'000);
    std::vector<std::pair<std::uint32_t, Request>> expected;  // in the order of draws
    for (std::uint32_t c = 0; c < 2; ++c) {
      auto const count = static_cast<std::uint32_t>(std::count_if(first, last, [&](Request const& r) { return r.request_class == c; }));
      for (std::uint32_t k = 0; k < count; ++k) {
        std::uint32_t const time = word(Stream::request_times, c, tick, k);
        RequestLength const length = request_length(traffic.classes[c].lengths, word(Stream::lengths, c, tick, k));
        auto const offset_us = static_cast<std::int64_t>((time + 0.5L) / 4294967296.0L * 20'000'000.0L);
        expected.push_back({time, {start + offset_us, c, length.prompt, length.completion}});
      }
    }
    std::stable_sort(expected.begin(), expected.end(), [](auto const& a, auto const& b) { return a.first < b.first; });
    for (auto const& [time, request] : expected) ASSERT_TRUE(same(*first++, request)) << "tick " << tick;
    ASSERT_EQ(first, last);
  }
}

TEST(RequestStream, ComesInOrderOfTimeFromTheWarmUpsStartToTheLedgersEnd) {
  Plan const plan = plan_of(two_classes);

  std::vector<Request> const requests = all_requests(plan, 0);

  EXPECT_TRUE(std::is_sorted(requests.begin(), requests.end(), [](Request const& a, Request const& b) { return a.time_us < b.time_us; }));
  EXPECT_GE(requests.front().time_us, -300'000'000);
  EXPECT_LT(requests.front().time_us, -290'000'000);
  EXPECT_GT(requests.back().time_us, 1'790'000'000);
  EXPECT_LT(requests.back().time_us, 1'800'000'000);
}

TEST(RequestStream, SharesTheTokensOfATickUnderItsDriftOfLengths) {
  Plan const plain = plan_of(two_classes);
  Plan const drifting = plan_of(two_classes, drifting_lengths);
  std::vector<RequestClassView> classes;
  TrafficView const traffic = traffic_view(drifting, drifting.scenarios.front(), classes);

  std::vector<Request> const drawn = all_requests(plain, 2);
  std::vector<Request> const shared = all_requests(drifting, 2);

  ASSERT_EQ(drawn.size(), shared.size());
  LengthDrift<ScalarDrawLane> drift;
  std::size_t next = 0;
  for (std::uint32_t tick = 0; tick < plain.total_ticks(); ++tick) {
    auto const factors = drift.next(traffic, tick, 2, 2);
    std::uint64_t drawn_prompt = 0, drawn_completion = 0, prompt = 0, completion = 0;
    std::int64_t const end_us = (static_cast<std::int64_t>(tick) + 1 - plain.warmup_ticks) * 20'000'000;
    for (; next < drawn.size() && drawn[next].time_us < end_us; ++next) {
      ASSERT_EQ(drawn[next].time_us, shared[next].time_us);
      ASSERT_EQ(drawn[next].request_class, shared[next].request_class);
      // a difference of two sums, each rounded by at most a half
      ASSERT_NEAR(shared[next].prompt_tokens, factors.prompt * drawn[next].prompt_tokens, 1.0 + 1e-6);
      ASSERT_NEAR(shared[next].completion_tokens, factors.completion * drawn[next].completion_tokens, 1.0 + 1e-6);
      drawn_prompt += drawn[next].prompt_tokens;
      drawn_completion += drawn[next].completion_tokens;
      prompt += shared[next].prompt_tokens;
      completion += shared[next].completion_tokens;
    }
    EXPECT_EQ(prompt, scaled_tokens(drawn_prompt, factors.prompt)) << "tick " << tick;
    EXPECT_EQ(completion, scaled_tokens(drawn_completion, factors.completion)) << "tick " << tick;
  }
  EXPECT_EQ(next, drawn.size());
}

TEST(RequestStream, IsTheSameDrawnInParts) {
  Plan const plan = plan_of(two_classes, drifting_lengths);
  std::vector<Request> const whole = all_requests(plan, 1);

  for (std::uint32_t const held : {1U, 7U, 100U}) {
    std::vector<Request> const parts = all_requests(plan, 1, held);

    EXPECT_TRUE(std::equal(whole.begin(), whole.end(), parts.begin(), parts.end(), same)) << held;
  }
}

TEST(RequestStream, DependsOnSeedAndRealization) {
  auto const first = [](char const* override_text, std::uint64_t realization) {
    return all_requests(plan_of(two_classes, {override_text}), realization).front().time_us;
  };

  EXPECT_NE(first("sweep.seed=31", 0), first("sweep.seed=31", 1));
  EXPECT_NE(first("sweep.seed=31", 0), first("sweep.seed=32", 0));
  EXPECT_EQ(first("sweep.seed=31", 1), first("sweep.realizations=7", 1));
}

TEST(RequestStream, IsEmptyWithoutTraffic) {
  Plan const plan = plan_of("[sweep]\nminutes = 5\n[workload]\nrequests_per_minute = 0\n");

  EXPECT_TRUE(all_requests(plan, 0).empty());
}

TEST(RequestStream, RefusesSumsThatNoRequestsStandBehind) {
  Plan const plan = plan_of("[sweep]\nminutes = 5\n[workload]\nsampler = \"compound\"\n");

  EXPECT_THROW(RequestStream(plan, plan.scenarios.front(), 0), Error);
}

TEST(RequestOffset, IsTheMiddleOfTheWordsShareOfTheTickRoundedDown) {
  for (std::uint64_t const tick_us : {1'000'000ULL, 20'000'000ULL, 60'000'000ULL, 3'600'000'000ULL})
    for (std::uint32_t const word : {0U, 1U, 0x7fffffffU, 0x80000000U, 0x12345678U, 0xfffffffeU, 0xffffffffU}) {
      Sum128 const exact = ((2 * static_cast<Sum128>(word) + 1) * tick_us) >> 33;

      EXPECT_EQ(request_offset_us(word, tick_us), static_cast<std::uint64_t>(exact)) << word << " of " << tick_us;
      EXPECT_LT(request_offset_us(word, tick_us), tick_us);
    }
}

}  // namespace
}  // namespace fleetcast
