// Words, rows and summary of a replay.
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "host/config/error.hpp"
#include "host/report/decision_text.hpp"
#include "host/report/replay_summary.hpp"
#include "host/report/timeline.hpp"
#include "tests/host/engine/random_sweep.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

using Outcome = Decision::Outcome;
using testing::plan_of;

TEST(DecisionText, NamesTheChangeAndItsReason) {
  auto const text = [](Decision const& d) { return decision_text(d, Signal::tokens_per_replica, 60); };

  EXPECT_EQ(text({Outcome::up, 6, 8, 231000.4, 220000, 0}), "up: 231000 tokens/replica above 220000 (6 to 8)");
  EXPECT_EQ(text({Outcome::down, 6, 5, 119999, 120000, 0}), "down: 119999 tokens/replica below 120000 (6 to 5)");
  EXPECT_EQ(text({Outcome::hold, 6, 6, 150000, 0, 0}), "hold");
  EXPECT_EQ(text({Outcome::held_up, 6, 6, 231000, 220000, 3}), "none: cooldown 3 min left (231000 tokens/replica above 220000)");
  EXPECT_EQ(text({Outcome::held_down, 6, 6, 1000, 120000, 1}), "none: cooldown 1 min left (1000 tokens/replica below 120000)");
  EXPECT_EQ(text({Outcome::at_max, 64, 64, 231000, 220000, 0}), "none: at max_replicas 64 (231000 tokens/replica above 220000)");
  EXPECT_EQ(text({Outcome::at_min, 1, 1, 3, 120000, 0}), "none: at min_replicas 1 (3 tokens/replica below 120000)");
  EXPECT_EQ(text({Outcome::not_due, 6, 6, 0, 0, 2}), "none: next look in 2 min");
}

TEST(DecisionText, SpeaksTheSignalsUnit) {
  EXPECT_EQ(decision_text({Outcome::up, 1, 2, 2700000, 2500000, 0}, Signal::tokens_per_minute, 60), "up: 2700000 tokens/min above 2500000 (1 to 2)");
  EXPECT_EQ(decision_text({Outcome::up, 1, 2, 0.83456, 0.8, 0}, Signal::utilization, 60), "up: 0.8346 utilization above 0.8 (1 to 2)");
  EXPECT_EQ(decision_text({Outcome::up, 0, 1, 700, 220000, 0}, Signal::tokens_per_replica, 60), "up: 700 tokens/min for no replica (0 to 1)");
  EXPECT_EQ(decision_text({Outcome::not_due, 1, 1, 0, 0, 2}, Signal::utilization, 10), "none: next look in 20 s");
  EXPECT_EQ(decision_text({Outcome::not_due, 1, 1, 0, 0, 9}, Signal::utilization, 10), "none: next look in 1.5 min");
}

TEST(DecisionText, NeverShowsTwoNumbersAlike) {
  EXPECT_EQ(decision_text({Outcome::up, 1, 2, 220000.25, 220000, 0}, Signal::tokens_per_minute, 60),
            "up: 220000.25 tokens/min above 220000 (1 to 2)");
}

// ---- timeline.csv ----

std::string read(std::string const& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TimelineSetting linear_setting() {
  LatencyCurve curve;
  curve.kind = LatencyCurve::Kind::linear;
  curve.base_ms = 100;
  curve.slope_ms = 300;
  return {curve, {}, Backlog::carried, Signal::tokens_per_minute, 30, -1, 0.5};
}

TEST(Timeline, HoldsARowATickAndWhatItHasCostSoFar) {
  std::string const path = testing::temporary_path("timeline.csv");
  Decision const hold{Outcome::hold, 2, 2, 0, 0, 0};
  TimelineWriter timeline(path, linear_setting());

  timeline.add({0, 3, 20, 10, 2, 0, 0, 15, 0, 0, false, hold});
  timeline.add({1, 3, 20, 10, 2, 1, 3, 75, 0, 15, true, hold});  // a load of 75 s on 60: full, the last one waits 15/2 s
  timeline.add({2, 0, 0, 0, 2, 1, 3, 15, 15, 0, false, hold});   // the first one still meets those 7.5 s
  EXPECT_FALSE(std::filesystem::exists(path));
  timeline.commit();

  EXPECT_EQ(read(path),
            "minute,requests,prompt_tokens,completion_tokens,ready,booting,billed,utilization,backlog_seconds,ttft_ms,tpot_ms,violated,cost_usd,"
            "decision\n"
            "-0.5,3,20,10,2,0,0,0.25,0,175,,0,0,hold\n"
            "0,3,20,10,2,1,3,1.25,15,7900,,1,1.5,hold\n"
            "0.5,0,0,0,2,1,3,0.25,0,7900,,0,3,hold\n");
  std::filesystem::remove(path);
}

TEST(Timeline, LeavesEmptyWhatHasNoMeaning) {
  std::string const path = testing::temporary_path("timeline.csv");
  TimelineSetting setting = linear_setting();
  setting.tpot = setting.ttft;
  TimelineWriter timeline(path, setting);

  timeline.add({1, 3, 20, 10, 0, 1, 1, 15, 0, 0, true, {Outcome::hold, 1, 1, 0, 0, 0}});  // no replica serves
  timeline.add({2, 3, 20, 10, 1, 0, 1, 15, 0, 0, false, {Outcome::hold, 1, 1, 0, 0, 0}});
  timeline.commit();

  std::string const rows = read(path);
  EXPECT_NE(rows.find("\n0,3,20,10,0,1,1,,0,,,1,0.5,hold\n0.5,3,20,10,1,0,1,0.5,0,250,250,0,1,hold\n"), std::string::npos) << rows;
  std::filesystem::remove(path);
}

TEST(Timeline, IsAbsentUntilItIsWhole) {
  std::string const path = testing::temporary_path("timeline.csv");
  { TimelineWriter const abandoned(path, linear_setting()); }

  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_THROW(TimelineWriter("no/such/folder/timeline.csv", linear_setting()), Error);
}

// ---- Summary ----

TEST(ReplaySummary, HasTheQuantitiesOfARunOfOneRealization) {
  int compared = 0;
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    Plan const plan = plan_of(testing::RandomSweep(seed).toml(), {"sweep.realizations=1"});
    auto const backend = make_cpu_backend(plan, 1, "", 64ULL << 20);
    SweepSums const sums = testing::sums_of(plan, *backend);
    CellStatistics const run(plan, sums);
    for (std::uint64_t cell = 0; cell < plan.cells; ++cell) {
      if (!plan.is_valid(cell)) continue;
      PolicyInfo const& policy = plan.policies[plan.policy_of(cell)];
      ReplayLedger const ledger = replay(plan, policy.slot, draw_demand(plan, 0, 0), [](FleetTick const&) {});

      ReplayJudge const judge{plan, policy, ledger, plan.ledger_ticks};

      EXPECT_EQ(judge.objective_met(), run.objective_met(cell).mean == 1.0);
      for (std::uint32_t q = 0; q < quantity_count; ++q) {
        double const wanted = run.of(static_cast<Quantity>(q), cell).estimate.mean;
        double const got = judge.of(static_cast<Quantity>(q));
        if (std::isnan(wanted)) {
          EXPECT_TRUE(std::isnan(got)) << describe(static_cast<Quantity>(q)).name;
          continue;
        }
        EXPECT_NEAR(got, wanted, 1e-12 * std::fabs(wanted)) << describe(static_cast<Quantity>(q)).name;  // the same products in another order
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 500);
}

TEST(ReplaySummary, TellsNullWhereNothingCame) {
  Plan const plan = plan_of("[service]\nstartup_seconds = 0\n[autoscaler]\nmin_replicas = 0\n");
  PolicyInfo const& policy = plan.policies.front();
  DemandSeries const nothing{0, {0, 0}, {0, 0}, {0, 0}};
  ReplayLedger const ledger = replay(plan, policy.slot, nothing, [](FleetTick const&) {});

  ReplaySummary const summary{{plan, policy, ledger, 2}, 0, "nothing.csv"};

  EXPECT_TRUE(summary.json()["usd_per_million_tokens"].is_null());
  EXPECT_TRUE(summary.json()["violated_request_share"].is_null());
  EXPECT_EQ(summary.json()["cost_usd"], 0.0);
  EXPECT_EQ(summary.json()["objective_met"], true);
  EXPECT_NE(summary.text().find("nothing.csv: 2 ticks of 60 s, 0 requests, 0 tokens"), std::string::npos) << summary.text();
}

}  // namespace
}  // namespace fleetcast
