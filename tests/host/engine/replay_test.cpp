#include "host/engine/replay.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "host/commands/golden_sweeps.hpp"
#include "host/config/error.hpp"
#include "host/engine/policies.hpp"
#include "random_sweep.hpp"
#include "tests/reference/sweeps.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

using testing::plan_of;

/// The ledgers of a tile as the engine makes them.
struct KeptLedgers final : LedgerSink {
  std::vector<std::int64_t> values;  ///< [entry][realization][slot]
  std::uint32_t slots, realizations;

  KeptLedgers(Plan const& plan, std::uint32_t count)
      : values(static_cast<std::size_t>(fixed_entries + plan.levels) * count * plan.table.slots), slots(plan.table.slots), realizations(count) {}

  std::int64_t& at(std::size_t entry, std::uint32_t realization, std::uint32_t slot) {
    return values[(entry * realizations + realization) * slots + slot];
  }
  void take(Tile const& tile, std::span<std::int64_t const> entries, std::uint32_t first_slot, std::uint32_t count) override {
    for (std::size_t i = 0; i < entries.size(); ++i)
      at(i / count / tile.realizations, static_cast<std::uint32_t>(i / count % tile.realizations),
         first_slot + static_cast<std::uint32_t>(i % count)) = entries[i];
  }
};

void expect_replays_of_every_cell(Plan const& plan, std::string const& name) {
  auto const backend = make_cpu_backend(plan, 1, "", 64ULL << 20);
  std::uint32_t const realizations = std::min({plan.realizations, backend->tile_realizations(), 4U});
  SweepSums sums(plan);
  for (std::uint32_t s = 0; s < plan.scenarios.size(); ++s) {
    if (!plan.scenarios[s].problem.empty()) continue;
    KeptLedgers engine(plan, realizations);
    backend->begin_scenario(s, sums.cells[s], nullptr);
    backend->run_tile({s, 0, realizations}, &engine);
    TileTotals const tile = backend->totals();
    for (std::uint32_t r = 0; r < realizations; ++r) {
      DemandSeries const demand = draw_demand(plan, s, r);
      for (auto const& policy : plan.policies) {
        if (!policy.problem.empty()) continue;
        std::uint32_t const slot = policy.slot;

        ReplayLedger const replayed = replay(plan, slot, demand, [](FleetTick const&) {});

        for (std::size_t e = 0; e < replayed.entries.size(); ++e)
          ASSERT_EQ(replayed.entries[e], engine.at(e, r, slot)) << name << ": entry " << e << ", realization " << r << ", slot " << slot;
        ASSERT_EQ(replayed.work_ms, tile.work_ms[plan.slot_service[slot] * realizations + r]) << name;
        ASSERT_EQ(replayed.reference_replica_ticks, tile.reference[plan.table.reference[slot] * realizations + r]) << name;
        ASSERT_EQ(replayed.totals.requests, tile.totals[r].requests) << name;
        ASSERT_EQ(replayed.totals.prompt_tokens, tile.totals[r].prompt_tokens) << name;
        ASSERT_EQ(replayed.totals.completion_tokens, tile.totals[r].completion_tokens) << name;
        ASSERT_EQ(replayed.totals.ticks_with_requests, tile.totals[r].ticks_with_requests) << name;
      }
    }
  }
}

TEST(Replay, GivesTheEnginesLedgersOnGoldenAndCornerSweeps) {
  for (auto const& sweep : golden_sweeps) expect_replays_of_every_cell(plan_of(sweep.toml), sweep.name);
  for (auto const& sweep : testing::corner_sweeps) expect_replays_of_every_cell(plan_of(sweep.toml), sweep.name);
}

TEST(Replay, GivesTheEnginesLedgersOnManyRandomSweeps) {
  for (std::uint32_t seed = 0; seed < 150; ++seed) {
    std::string const toml = testing::RandomSweep(seed).toml();
    expect_replays_of_every_cell(plan_of(toml), toml);
  }
}

/// Every tick of a replay of realization 0.
struct Watched {
  Plan plan;
  std::uint32_t slot;
  std::vector<FleetTick> ticks;
  ReplayLedger ledger;

  explicit Watched(Plan of, std::uint32_t policy = 0) : Watched(std::move(of), policy, {}) {}
  Watched(Plan of, std::uint32_t policy, DemandSeries demand) : plan(std::move(of)), slot(plan.policies[policy].slot) {
    if (demand.ticks() == 0) demand = draw_demand(plan, 0, 0);
    ledger = replay(plan, slot, std::move(demand), [&](FleetTick const& tick) { ticks.push_back(tick); });
  }
};

TEST(Replay, TellsTicksThatAddUpToTheLedger) {
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    std::string const toml = testing::RandomSweep(seed).toml();
    Watched const w(plan_of(toml));

    std::int64_t billed = 0, violated = 0, requests = 0, ups = 0, downs = 0, peak = 0, at_max = 0;
    ASSERT_EQ(w.ticks.size(), w.plan.total_ticks());
    for (FleetTick const& t : w.ticks) {
      ASSERT_EQ(t.tick, &t - w.ticks.data());
      if (t.tick < w.plan.warmup_ticks) {
        EXPECT_EQ(t.billed, 0);
        continue;
      }
      billed += t.billed;
      violated += t.violated;
      requests += t.violated ? t.requests : 0;
      ups += t.decision.outcome == Decision::Outcome::up;
      downs += t.decision.outcome == Decision::Outcome::down;
      peak = std::max<std::int64_t>(peak, t.ready + t.booting);
      at_max += t.ready + t.booting == w.plan.table.max_replicas[w.slot];
    }
    EXPECT_EQ(billed, w.ledger.at(Entry::billed_replica_ticks)) << toml;
    EXPECT_EQ(violated, w.ledger.at(Entry::violated_ticks)) << toml;
    EXPECT_EQ(requests, w.ledger.at(Entry::violated_requests)) << toml;
    EXPECT_EQ(ups, w.ledger.at(Entry::scale_ups)) << toml;
    EXPECT_EQ(downs, w.ledger.at(Entry::scale_downs)) << toml;
    EXPECT_EQ(peak, w.ledger.at(Entry::peak_replicas)) << toml;
    EXPECT_EQ(at_max, w.ledger.at(Entry::ticks_at_max)) << toml;
  }
}

TEST(Replay, TellsMillisecondsThatAgreeWithTheExactLimits) {
  int compared = 0;
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    std::string const toml = testing::RandomSweep(seed).toml();
    Watched const w(plan_of(toml));
    SweepConfig const& config = w.plan.config;
    double const tick_seconds = w.plan.tick_seconds;
    PolicyBuilder curves(w.plan.tick_seconds, {});
    LatencyCurve const ttft = curves.curve(config.service.ttft, "ttft");
    LatencyCurve const tpot = curves.curve(config.service.tpot, "tpot");
    Backlog const backlog = w.plan.groups.front().backlog;

    for (FleetTick const& t : w.ticks) {
      if (t.requests == 0 || t.ready == 0) continue;
      TickLoad const load{t.load_seconds, t.backlog_before_seconds, t.backlog_seconds, static_cast<double>(t.ready)};
      double const over_ttft = tick_ttft_ms(ttft, load, tick_seconds, backlog) / config.sla.ttft_ms - 1.0;
      double const over_tpot = config.sla.tpot_ms > 0 ? tick_tpot_ms(tpot, load, tick_seconds, backlog) / config.sla.tpot_ms - 1.0 : -1.0;
      double const unserved = t.load_seconds - t.ready * tick_seconds;
      double const over_room =
          backlog == Backlog::carried ? unserved / (t.ready * tick_seconds) - config.service.max_backlog_seconds / tick_seconds : -1.0;
      // limits and loads are floats, 6e-8 apart at most; steep parts of a curve turn that into some 1e-5
      double const over = std::max({over_ttft, over_tpot, over_room});
      if (std::fabs(over) < 1e-4) continue;
      ++compared;
      ASSERT_EQ(t.violated, over > 0) << toml << "tick " << t.tick << ": " << over_ttft << " " << over_tpot << " " << over_room;
    }
  }
  EXPECT_GT(compared, 5000);
}

// ---- Decisions, on demand made by hand ----

using Outcome = Decision::Outcome;

DemandSeries constant_demand(std::vector<std::uint64_t> const& tokens) {
  DemandSeries series;
  for (std::uint64_t const t : tokens) {
    series.requests.push_back(t > 0 ? 1 : 0);
    series.prompt_tokens.push_back(t);
    series.completion_tokens.push_back(0);
  }
  return series;
}

Plan tokens_plan(std::vector<std::string> const& overrides) {
  return plan_of(R"(
[service]
startup_seconds = 0
[autoscaler]
signal = "tokens_per_minute"
scale_up_at = 1000
scale_down_at = 100
min_replicas = 1
max_replicas = 4
cooldown_up_minutes = 3
cooldown_down_minutes = 2
)",
                 overrides);
}

TEST(Decision, ACooldownHoldsBackUntilItsTicksAreOver) {
  Watched const w(tokens_plan({}), 0, constant_demand({2000, 2000, 2000, 2000, 50, 50, 50, 50}));

  std::vector<Outcome> const expected{Outcome::up,        Outcome::held_up, Outcome::held_up,   Outcome::up,
                                      Outcome::held_down, Outcome::down,    Outcome::held_down, Outcome::down};
  std::vector<std::uint32_t> const left{0, 2, 1, 0, 1, 0, 1, 0};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(w.ticks[i].decision.outcome, expected[i]) << i;
    EXPECT_EQ(w.ticks[i].decision.ticks_left, left[i]) << i;
  }
}

TEST(Decision, LimitsAreToldBeforeCooldowns) {
  Watched const w(tokens_plan({"autoscaler.max_replicas=2"}), 0, constant_demand({50, 500, 2000, 2000, 2000, 2000, 2000}));

  EXPECT_EQ(w.ticks[0].decision.outcome, Outcome::at_min);
  EXPECT_EQ(w.ticks[0].decision.threshold, 100);
  EXPECT_EQ(w.ticks[1].decision.outcome, Outcome::hold);
  EXPECT_EQ(w.ticks[2].decision.outcome, Outcome::up);
  EXPECT_EQ(w.ticks[3].decision.outcome, Outcome::at_max);
  EXPECT_EQ(w.ticks[3].decision.threshold, 1000);
}

TEST(Decision, BetweenIntervalsNoneIsDue) {
  Watched const w(tokens_plan({"autoscaler.interval_minutes=3"}), 0, constant_demand({2000, 2000, 2000, 2000}));

  EXPECT_EQ(w.ticks[0].decision.outcome, Outcome::not_due);
  EXPECT_EQ(w.ticks[0].decision.ticks_left, 2U);
  EXPECT_EQ(w.ticks[1].decision.ticks_left, 1U);
  EXPECT_EQ(w.ticks[2].decision.outcome, Outcome::up);
  EXPECT_EQ(w.ticks[3].decision.ticks_left, 2U);
}

TEST(Decision, SpeaksOfTheSignalInTheUnitOfItsThresholds) {
  auto const demand = [] { return constant_demand({600, 1200, 1200}); };
  std::vector<std::string> const slow{"autoscaler.window_minutes=2", "autoscaler.initial_replicas=2", "sweep.tick_seconds=30"};
  auto const with = [&](std::vector<std::string> more) {
    more.insert(more.end(), slow.begin(), slow.end());
    return tokens_plan(more);
  };

  // ticks of half a minute: 600 tokens in the first is 1200 a minute; 1800 in two 1800 a minute; 3000 in three 2000
  Watched const fleet(with({"autoscaler.scale_up_at=100000"}), 0, demand());
  EXPECT_EQ(fleet.ticks[1].decision.signal, 1800);
  EXPECT_EQ(fleet.ticks[2].decision.outcome, Outcome::not_due) << "an interval of one minute is two ticks";

  Watched const replica(with({"autoscaler.signal=tokens_per_replica", "autoscaler.scale_up_at=100000"}), 0, demand());
  EXPECT_EQ(replica.ticks[1].decision.signal, 900);

  // 1800 tokens at 8000 a second keep two replicas busy for 0.1125 s each, of 60 s; utilizations are kept in 65536ths, rounded down
  Watched const busy(with({"autoscaler.signal=utilization", "autoscaler.scale_up_at=0.9", "autoscaler.scale_down_at=0.001"}), 0, demand());
  EXPECT_NEAR(busy.ticks[1].decision.signal, 0.1125 / 60, 1.0 / 65536);
}

TEST(Replay, BillsNothingBeforeTheLedgerAndKeepsTheFleetItFound) {
  DemandSeries demand = constant_demand({2000, 2000, 2000, 2000, 500});
  demand.warmup_ticks = 4;
  Watched const w(tokens_plan({"service.startup_seconds=120"}), 0, demand);

  EXPECT_EQ(w.ticks[3].billed, 0);
  EXPECT_EQ(w.ticks[3].ready, 2);  // the replica wanted after tick 0 boots in ticks 1 and 2
  EXPECT_EQ(w.ticks[4].billed, 3);
  EXPECT_EQ(w.ticks[4].ready, 2);
  EXPECT_EQ(w.ticks[4].booting, 1);
  EXPECT_EQ(w.ledger.at(Entry::billed_replica_ticks), 3);
  EXPECT_EQ(w.ledger.totals.requests, 1U);
}

TEST(Replay, RefusesWorkloadsThatCouldOverflow) {
  Plan const plan = tokens_plan({});

  EXPECT_NO_THROW(check_size(plan, 0, constant_demand({5})));
  EXPECT_THROW(check_size(plan, 0, constant_demand({std::uint64_t{1} << 62})), Error);
  EXPECT_THROW(check_size(plan, 0, constant_demand({std::uint64_t{1} << 60})), Error) << "its microseconds of work";
}

}  // namespace
}  // namespace fleetcast
