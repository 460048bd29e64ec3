// Draining: a ready replica that is removed is billed for some ticks more.
#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "cuda/model/walk.cuh"

namespace fleetcast {
namespace {

// ---- How long a removal is billed ----

/// Ledger ticks among the `drain` ticks after `tick`, one by one.
std::uint32_t drained_by_counting(WalkTicks const& ticks, std::uint32_t tick, std::uint32_t drain) {
  std::uint32_t count = 0;
  for (std::uint32_t later = tick + 1; later <= tick + drain; ++later) count += later >= ticks.warmup && later < ticks.all ? 1 : 0;
  return count;
}

/// Calls visit(ticks, drain) for all small walks.
template <class Visit>
void for_each_small_walk(Visit visit) {
  for (std::uint32_t all = 1; all <= 14; ++all)
    for (std::uint32_t warmup = 0; warmup < all; ++warmup)
      for (std::uint32_t drain = 1; drain <= 17; ++drain) visit(WalkTicks{warmup, all, 60, 1000}, drain);
}

TEST(WalkTicks, CountTheLedgerTicksInWhichARemovalDrains) {
  for_each_small_walk([](WalkTicks const& ticks, std::uint32_t drain) {
    for (std::uint32_t tick = 0; tick < ticks.all; ++tick)
      ASSERT_EQ(ticks.drained(tick, drain), drained_by_counting(ticks, tick, drain))
          << "warm-up " << ticks.warmup << ", all " << ticks.all << ", drain " << drain << ", tick " << tick;
  });
}

TEST(WalkTicks, DrainAlikeInEachStretchAndInFewOfThem) {
  for_each_small_walk([](WalkTicks const& ticks, std::uint32_t drain) {
    std::uint32_t stretches = 0;
    std::uint32_t changes = 0;
    for (std::uint32_t first = 0; first < ticks.all; ++stretches) {
      std::uint32_t const end = ticks.drained_alike_until(first, drain);
      ASSERT_GT(end, first) << "a walk stands still";
      ASSERT_LE(end, ticks.all);
      for (std::uint32_t tick = first; tick < end; ++tick) ASSERT_EQ(ticks.drained(tick, drain), ticks.drained(first, drain));
      first = end;
    }
    for (std::uint32_t tick = 1; tick < ticks.all; ++tick) changes += ticks.drained(tick, drain) != ticks.drained(tick - 1, drain) ? 1 : 0;

    EXPECT_LE(stretches, changes + 4) << "a stretch may only be cut where the count changes or at its three bends";
  });
}

// ---- Walks ----

/// An autoscaler that does what a script says: at the end of tick t, '+' adds step_up replicas, '-' takes step_down, '.' leaves all as it is.
struct Fleet {
  std::string script;
  std::int32_t initial = 1, min = 0, max = 64, step_up = 1, step_down = 1;
  std::uint32_t boot = 0, drain = 0, warmup = 0;
  Billing billing = Billing::standing;
  Signal signal = Signal::tokens_per_minute;
  Backlog backlog = Backlog::memoryless;
  std::uint32_t ticks() const { return static_cast<std::uint32_t>(script.size()); }
};

/// Thresholds that the scripted signals lie far above, far below and between, whether taken per replica (of 64 at most, 1 at least) or not.
constexpr double up_at = 1e6;
constexpr double down_at = 1e-3;
float signal_of(char decision) { return decision == '+' ? 1e12F : decision == '-' ? 0.0F : 1e3F; }

/// Every replica by itself: booting ones go first, the newest first; ready ones drain.
std::int64_t billed_one_by_one(Fleet const& fleet) {
  std::int64_t ready = fleet.initial;
  std::deque<std::uint32_t> booting;    // ticks left, oldest first
  std::vector<std::uint32_t> draining;  // ticks left
  std::int64_t billed = 0;
  for (std::uint32_t tick = 0; tick < fleet.ticks(); ++tick) {
    auto const wanted = ready + static_cast<std::int64_t>(booting.size());
    if (tick >= fleet.warmup) {
      billed += fleet.billing == Billing::standing ? wanted : ready;
      billed += static_cast<std::int64_t>(draining.size());
    }
    std::int64_t const next = fleet.script[tick] == '+'   ? std::min<std::int64_t>(wanted + fleet.step_up, fleet.max)
                              : fleet.script[tick] == '-' ? std::max<std::int64_t>(wanted - fleet.step_down, fleet.min)
                                                          : wanted;
    for (auto& left : draining) --left;
    std::erase(draining, 0U);
    for (std::int64_t gone = wanted; gone > next; --gone) {
      if (!booting.empty()) {
        booting.pop_back();
        continue;
      }
      --ready;
      if (fleet.drain > 0) draining.push_back(fleet.drain);
    }
    for (auto& left : booting) --left;
    for (; !booting.empty() && booting.front() == 0; booting.pop_front()) ++ready;
    for (std::int64_t come = wanted; come < next; ++come) {
      if (fleet.boot == 0)
        ++ready;
      else
        booting.push_back(fleet.boot);
    }
  }
  return billed;
}

/// How a walk is cut: the ticks of a segment at most, and those handed over at once.
struct Cuts {
  std::uint32_t segment, stretch;
};
constexpr Cuts all_cuts[] = {{1000, 1000}, {1, 1000}, {1000, 1}, {3, 1000}, {4, 3}, {7, 5}};

/// A script that every lane follows, as a device stages it or a CPU reads it.
template <class Lane>
struct ScriptedDemand {
  static constexpr LaneLayout layout = LaneLayout::policies;
  float const* signal;  ///< [tick·interleave]

  SharedTick<Lane> at(std::uint32_t tick) const {
    if constexpr (std::is_integral_v<typename Lane::Requests>)
      return {0.0F, signal[tick * interleave], 1};
    else
      return {0.0F, signal[tick * interleave], Lane::Requests::of(1)};
  }
};

/// One setting and script a lane, walked as a backend would. Fleets differ in script, initial, min, max and steps alone.
template <class Lane>
class WalkedFleets {
 public:
  /// @param fleets  one a lane
  explicit WalkedFleets(std::vector<Fleet> const& fleets) : fleet_(fleets.front()), ticks_(fleet_.ticks()), width_(fleets.size()) {
    for (auto const& fleet : fleets) {
      initial_.push_back(fleet.initial);
      min_.push_back(fleet.min);
      max_.push_back(fleet.max);
      step_up_.push_back(fleet.step_up);
      step_down_.push_back(fleet.step_down);
      steps_ = fleet.step_up != 1 || fleet.step_down != 1 ? Steps::any : steps_;
    }
    signal_.resize(static_cast<std::size_t>(ticks_) * interleave);
    work_.assign(signal_.size(), 0.0F);
    requests_.assign(signal_.size(), 1);
    for (std::size_t lane = 0; lane < width_; ++lane)
      for (std::size_t tick = 0; tick < ticks_; ++tick) signal_[tick * interleave + lane] = signal_of(fleets[lane].script[tick]);
  }

  PolicyGroup group() const {
    return {0,
            interleave,
            static_cast<std::uint32_t>(width_),
            fleet_.signal,
            fleet_.backlog,
            fleet_.billing,
            Cooldown::none,
            steps_,
            0,
            0,
            1,
            1,
            fleet_.boot,
            fleet_.drain};
  }

  /// Every lane has the first fleet's script: one realization, a policy in each lane.
  std::vector<std::int64_t> billed_of_policies(Cuts cuts) { return billed<ScriptedDemand<Lane>, BootLoops::each>({signal_.data()}, cuts); }

  /// Every lane has the first fleet's settings: one policy, a realization in each lane.
  std::vector<std::int64_t> billed_of_realizations(Cuts cuts) {
    return billed<OwnDemand<Lane>, BootLoops::two>({requests_.data(), work_.data(), signal_.data()}, cuts);
  }

 private:
  template <class Demand, BootLoops Loops>
  std::vector<std::int64_t> billed(Demand const& demand, Cuts cuts) {
    std::vector<double> const up(interleave, up_at), down(interleave, down_at);
    std::vector<float> const backlog(interleave, 30.0F), limits(interleave, 60.0F);
    std::vector<std::int32_t> const none(interleave, 0);
    PolicyColumns const columns{up.data(),   down.data(), backlog.data(),  limits.data(),   limits.data(),
                                min_.data(), max_.data(), initial_.data(), step_up_.data(), step_down_.data(),
                                none.data(), none.data(), nullptr,         nullptr,         interleave};
    std::vector<float> memory(static_cast<std::size_t>(walk_memory_values(group())) * Lane::width, -7.0F);
    std::vector<std::int64_t> ledger(static_cast<std::size_t>(fixed_entries) * Lane::width, -7);
    LedgerSlot const out{ledger.data(), Lane::width, 1, Lane::width};
    WalkTicks const ticks{fleet_.warmup, ticks_, 60, cuts.segment};
    with_walk_type<Loops>(group(), 0, [&](auto type) {
      typename decltype(type)::template Walk<Demand, Lane> walk(group(), columns, 0, 0, ticks, {memory.data(), Lane::width},
                                                                {memory.data(), Lane::width}, out);
      for (std::uint32_t first = 0; first < ticks_; first += cuts.stretch) walk.advance(demand, first, std::min(first + cuts.stretch, ticks_));
      walk.finish([](int) { return std::int64_t{0}; });
    });
    return {ledger.begin(), ledger.begin() + Lane::width};  // Entry::billed_replica_ticks is the first
  }

  Fleet fleet_;
  std::uint32_t ticks_;
  std::size_t width_;
  Steps steps_ = Steps::single;
  std::vector<std::int32_t> initial_, min_, max_, step_up_, step_down_;
  std::vector<float> signal_;
  std::vector<float> work_;
  std::vector<std::int32_t> requests_;
};

/// Lanes of a device's threads walk policies alone.
template <class Lane>
constexpr bool walks_realizations_too = std::is_integral_v<typename Lane::Requests>;

template <class Check>
void for_each_step_lane(Check check) {
  check.template operator()<ThreadStepLane<1>>();
  check.template operator()<ThreadStepLane<4>>();
  check.template operator()<VectorStepLane<8>>();
  check.template operator()<TwinStepLane<VectorStepLane<4>>>();
}

/// Checks a fleet's bill in every lane, layout and cut of its walk.
void expect_billed(Fleet const& fleet, std::int64_t replica_ticks) {
  EXPECT_EQ(billed_one_by_one(fleet), replica_ticks) << fleet.script;
  for_each_step_lane([&]<class Lane>() {
    WalkedFleets<Lane> walked(std::vector<Fleet>(Lane::width, fleet));
    std::vector<std::int64_t> const wanted(Lane::width, replica_ticks);
    for (Cuts const cuts : all_cuts) {
      EXPECT_EQ(walked.billed_of_policies(cuts), wanted) << fleet.script << ", segments of " << cuts.segment;
      if constexpr (walks_realizations_too<Lane>) {
        EXPECT_EQ(walked.billed_of_realizations(cuts), wanted) << fleet.script << ", segments of " << cuts.segment;
      }
    }
  });
}

// Wanted: 3 in ticks 0-2, 2 in ticks 3-9: 9 + 14 = 23. The replica removed at the end of tick 2 drains in 3 and 4.
TEST(Drain, BillsARemovedReplicaForSomeTicksMore) {
  expect_billed({.script = "..-.......", .initial = 3}, 23);
  expect_billed({.script = "..-.......", .initial = 3, .drain = 2}, 23 + 2);
}

// The ledger starts at tick 4: wanted is 2 in its ticks 4-9, 12 in all.
TEST(Drain, BillsOnlyWhatReachesTheLedger) {
  expect_billed({.script = "-.........", .initial = 3, .drain = 3, .warmup = 4}, 12);      // drains in 1, 2, 3
  expect_billed({.script = ".-........", .initial = 3, .drain = 3, .warmup = 4}, 12 + 1);  // in 2, 3, 4
  expect_billed({.script = "..-.......", .initial = 3, .drain = 3, .warmup = 4}, 12 + 2);  // in 3, 4, 5
  expect_billed({.script = "...-......", .initial = 3, .drain = 3, .warmup = 4}, 12 + 3);  // in 4, 5, 6
  // removed at the end of tick 4, which bills 3: 3 + 5·2, drains in 5, 6, 7
  expect_billed({.script = "....-.....", .initial = 3, .drain = 3, .warmup = 4}, 13 + 3);
}

// Of 10 ticks, wanted is 3 up to the removal and 2 after it.
TEST(Drain, EndsWithTheRun) {
  expect_billed({.script = "......-...", .initial = 3, .drain = 3}, 7 * 3 + 3 * 2 + 3);  // drains in 7, 8, 9
  expect_billed({.script = ".......-..", .initial = 3, .drain = 3}, 8 * 3 + 2 * 2 + 2);  // in 8, 9
  expect_billed({.script = "........-.", .initial = 3, .drain = 3}, 9 * 3 + 1 * 2 + 1);  // in 9
  expect_billed({.script = ".........-", .initial = 3, .drain = 3}, 10 * 3);             // from tick 10 on, which is none
}

TEST(Drain, MayOutlastTheRun) {
  // removed at the end of tick 1, drains in ticks 2-9: as if it had stayed
  expect_billed({.script = ".-........", .initial = 3, .drain = 1440}, 30);
  // likewise in the ledger's ticks 4-9
  expect_billed({.script = ".-........", .initial = 3, .drain = 1440, .warmup = 4}, 18);
  // three of them, one after the other, down to none
  expect_billed({.script = "---.......", .initial = 3, .drain = 1440}, 30);
}

// One goes at the end of tick 1 and one at the end of tick 2: wanted 4, 4, 3, 2, 2 … = 8 + 3 + 7·2 = 25;
// they drain in ticks 2, 3, 4 and 3, 4, 5.
TEST(Drain, AddsUpWhereRemovalsOverlap) {
  expect_billed({.script = ".--.......", .initial = 4, .drain = 3}, 25 + 6);
  // in the ledger's ticks 4-9: 6·2, and the drains' ticks 4 and 4, 5
  expect_billed({.script = ".--.......", .initial = 4, .drain = 3, .warmup = 4}, 12 + 3);
}

TEST(Drain, SparesReplicasThatStillBoot) {
  // wanted 2, 3, 2 …: the third, wanted from tick 1, would serve from tick 4 and goes at the end of tick 1, having never been ready
  expect_billed({.script = "+-........", .initial = 2, .boot = 3, .drain = 5}, 21);
  // at the end of tick 3 it still boots: wanted 2, 3, 3, 3, 2 …
  expect_billed({.script = "+..-......", .initial = 2, .boot = 3, .drain = 5}, 23);
  // at the end of tick 4 it is ready: wanted 2, 3, 3, 3, 3, 2 …, drains in ticks 5-9
  expect_billed({.script = "+...-.....", .initial = 2, .boot = 3, .drain = 5}, 24 + 5);
}

// Wanted 3, 5, then 2 from tick 2 on: the two booting ones go first, then one of the three ready, which drains in ticks 2-5.
TEST(Drain, TakesBootingReplicasBeforeReadyOnes) {
  expect_billed({.script = "+-........", .initial = 3, .step_up = 2, .step_down = 3, .boot = 3, .drain = 4}, 3 + 5 + 8 * 2 + 4);
}

// Wanted 3, 2, 3 …: what is removed at the end of tick 0 does not come back; its successor boots in ticks 2 and 3.
// Standing 3 + 2 + 8·3 = 29, ready 3, 2, 2, 2, 3 …: 27. It drains in ticks 1-4.
TEST(Drain, GoesOnWhenAReplicaIsWantedAgain) {
  expect_billed({.script = "-+........", .initial = 3, .boot = 2, .drain = 4}, 29 + 4);
  expect_billed({.script = "-+........", .initial = 3, .boot = 2, .drain = 4, .billing = Billing::ready}, 27 + 4);
}

// Ready: 2 in ticks 0-3 (the third boots in 1-3), 3 in ticks 4 and 5, 2 from tick 6 on: 8 + 6 + 8 = 22. It drains in ticks 6, 7.
TEST(Drain, IsBilledThoughBootingIsNot) {
  expect_billed({.script = "+....-....", .initial = 2, .boot = 3, .billing = Billing::ready}, 22);
  expect_billed({.script = "+....-....", .initial = 2, .boot = 3, .drain = 2, .billing = Billing::ready}, 22 + 2);
}

TEST(Drain, IsCutOffAtTheSmallestFleet) {
  // three are asked to go at the end of tick 0, one more than may: wanted 4, 2 …; two drain in ticks 1, 2
  expect_billed({.script = "-.........", .initial = 4, .min = 2, .step_down = 3, .drain = 2}, 4 + 9 * 2 + 2 * 2);
}

// ---- At random ----

std::string random_script(std::mt19937& engine, std::uint32_t ticks) {
  std::string script;
  while (script.size() < ticks) script += "+-...+-"[engine() % 7];
  return script;
}

/// Random fleets of all lanes that share what a group shares.
template <class Lane>
std::vector<Fleet> random_fleets(std::mt19937& engine, Fleet fleet, bool one_script, bool one_setting) {
  std::uint32_t const ticks = 2 + engine() % 60;
  fleet.warmup = engine() % ticks;
  bool const single = fleet.step_up == 1;
  std::vector<Fleet> fleets;
  for (int lane = 0; lane < Lane::width; ++lane) {
    if (lane == 0 || !one_script) fleet.script = random_script(engine, ticks);
    if (lane == 0 || !one_setting) {
      fleet.min = 1 + static_cast<std::int32_t>(engine() % 3);
      fleet.max = fleet.min + static_cast<std::int32_t>(engine() % 9);
      fleet.initial = fleet.min + static_cast<std::int32_t>(engine() % static_cast<unsigned>(fleet.max - fleet.min + 1));
      if (!single) fleet.step_up = 2 + static_cast<std::int32_t>(engine() % 3);
      if (!single) fleet.step_down = 1 + static_cast<std::int32_t>(engine() % 4);
    }
    fleets.push_back(fleet);
  }
  return fleets;
}

/// Group settings that between them walk as every WalkKind, with no drain and with one.
Fleet const kinds[] = {
    {.script = "", .signal = Signal::tokens_per_minute},                                // classic, if nothing boots
    {.script = "", .signal = Signal::tokens_per_replica, .backlog = Backlog::carried},  // whole
    {.script = "", .step_up = 2, .billing = Billing::ready},                            // any
    {.script = "", .step_up = 2, .signal = Signal::tokens_per_replica, .backlog = Backlog::carried},
};

TEST(Drain, BillsLikeReplicasOneByOneInEveryKindOfWalk) {
  std::mt19937 engine(7);
  std::array<int, 3> seen{};
  for (int round = 0; round < 150; ++round)
    for (Fleet fleet : kinds) {
      fleet.boot = round % 3 == 0 ? 0 : engine() % 9;
      fleet.drain = round % 2 == 0 ? 0 : 1 + engine() % (round % 4 == 1 ? 6 : 80);
      for_each_step_lane([&]<class Lane>() {
        for (bool const policies : {true, false}) {
          if (!policies && !walks_realizations_too<Lane>) continue;
          auto const fleets = random_fleets<Lane>(engine, fleet, policies, !policies);
          WalkedFleets<Lane> walked(fleets);
          ++seen[static_cast<std::size_t>(kind_of(walked.group()))];
          Cuts const cuts = all_cuts[engine() % std::size(all_cuts)];

          std::vector<std::int64_t> billed;
          if constexpr (walks_realizations_too<Lane>)
            billed = policies ? walked.billed_of_policies(cuts) : walked.billed_of_realizations(cuts);
          else
            billed = walked.billed_of_policies(cuts);

          for (std::size_t lane = 0; lane < fleets.size(); ++lane)
            ASSERT_EQ(billed[lane], billed_one_by_one(fleets[lane])) << fleets[lane].script << ", boot " << fleet.boot << ", drain " << fleet.drain
                                                                     << ", warm-up " << fleets[lane].warmup << ", width " << Lane::width;
        }
      });
    }
  for (int const walks : seen) EXPECT_GT(walks, 100) << "a kind of walk was hardly tried";
}

TEST(KindOf, LetsNoSpecialLoopForgetADrain) {
  PolicyGroup group = WalkedFleets<ThreadStepLane<1>>({{.script = "."}}).group();
  EXPECT_EQ(kind_of(group), WalkKind::classic);
  group.drain_ticks = 1;
  EXPECT_EQ(kind_of(group), WalkKind::any);
  group = WalkedFleets<ThreadStepLane<1>>({{.script = ".", .signal = Signal::tokens_per_replica, .backlog = Backlog::carried}}).group();
  EXPECT_EQ(kind_of(group), WalkKind::whole);
  group.drain_ticks = 1;
  EXPECT_EQ(kind_of(group), WalkKind::any);
}

}  // namespace
}  // namespace fleetcast
