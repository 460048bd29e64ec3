#include "host/engine/runner.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "host/commands/golden_sweeps.hpp"
#include "lost_device.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

using testing::looked_run;
using testing::plan_of;

/// Two scenarios, a baseline, contradictory cells, a race.
constexpr char const* race = R"(
[sweep]
realizations = 230
minutes = 60
warmup_minutes = 10
seed = 21
[workload]
requests_per_minute = 120
drift_log_sd = 0.5
[autoscaler]
max_replicas = 9
[baseline]
"autoscaler.scale_up_at" = 90000
"autoscaler.scale_down_at" = 30000
[search]
race = true
[grid]
"workload.burst_cv" = [0, 0.6]
"autoscaler.scale_up_at" = [40000, 90000, 200000]
"autoscaler.scale_down_at" = [20000, 30000, 60000]
)";

/// Every third cell leaves at the first look, every fifth at the third.
LookVerdict some_leave(Plan const& plan, std::uint32_t look) {
  LookVerdict verdict{false, std::vector<std::uint8_t>(plan.cells, 0)};
  for (std::uint64_t cell = 0; cell < plan.cells; ++cell)
    verdict.leaving[cell] = (look == 1 && cell % 3 == 0) || (look == 3 && cell % 5 == 0) ? 1 : 0;
  return verdict;
}

/// The tile a backend takes at most, whatever its memory: many small ones, so that a run can be stopped in many places.
BackendMaker backends(int threads, std::uint64_t memory) {
  return [=](Plan const& plan) { return make_cpu_backend(plan, threads, "", memory); };
}

/// Runs in processes that are stopped after `tiles` tiles each, every one with another memory, number of threads and of workers.
RunState interrupted_run(Plan const& plan, int tiles, std::uint64_t memory, int& stops) {
  RunState saved(plan);
  for (int process = 0;; ++process) {
    RunState state = saved;
    std::vector<BackendMaker> makers(static_cast<std::size_t>(1 + process % 3), backends(1 + process % 2, memory << (process % 3)));
    LocalCrew crew(plan, makers);
    int asked = 0;
    bool const finished = run(plan, state, crew,
                              {.stop = [&] { return asked++ >= tiles; },
                               .save = [&](RunState const& s) { saved = s; },
                               .judge = [&](SweepSums const&, std::uint32_t look) { return some_leave(plan, look); }});
    if (finished) return state;
    ++stops;
  }
}

TEST(Runner, GivesTheSameDigestHoweverOftenItIsStopped) {
  int stops = 0;
  for (auto const& sweep : golden_sweeps) {
    Plan const plan = plan_of(sweep.toml);
    RunState const state = interrupted_run(plan, 1, 2ULL << 20, stops);
    EXPECT_EQ(digest(plan, state.sums).hex(), sweep.digest) << sweep.name;
    EXPECT_EQ(state.effort.cell_realizations, plan.valid_cells() * plan.realizations) << sweep.name;
  }
  EXPECT_GE(stops, 3);  // most golden sweeps are a few tiles
}

TEST(Runner, GoesOnWithARaceAsIfItHadNotBeenStopped) {
  Plan const plan = plan_of(race);
  RunState const want = looked_run(plan, backends(1, 64ULL << 20), [&](SweepSums const&, std::uint32_t look) { return some_leave(plan, look); });

  int stops = 0;
  RunState const got = interrupted_run(plan, 3, 1ULL << 19, stops);

  EXPECT_EQ(digest(plan, got.sums).hex(), digest(plan, want.sums).hex());
  EXPECT_GT(stops, 4);
  EXPECT_EQ(got.effort.cell_realizations, want.effort.cell_realizations);
}

TEST(Runner, SharesTheWorkAmongWorkers) {
  for (auto const& sweep : golden_sweeps) {
    Plan const plan = plan_of(sweep.toml);
    RunState state(plan);
    LocalCrew crew(plan, {backends(1, 2ULL << 20), backends(1, 64ULL << 20), backends(2, 8ULL << 20)});
    EXPECT_TRUE(run(plan, state, crew, {}));
    EXPECT_EQ(digest(plan, state.sums).hex(), sweep.digest) << sweep.name;
  }
}

std::shared_ptr<Backend> too_old(Plan const& /*plan*/) { throw Error(ExitCode::no_device, "CUDA device 1 can't be used: it is too old"); }

TEST(LocalCrew, DoesWithoutDevicesThatCanNotBegin) {
  GoldenSweep const& sweep = golden_sweeps.front();
  Plan const plan = plan_of(sweep.toml);
  BackendMaker const good = backends(1, 8ULL << 20);
  for (auto const& makers : {std::vector<BackendMaker>{too_old, good}, {good, too_old}, {too_old, too_old, good}}) {
    RunState state(plan);
    LocalCrew crew(plan, makers);
    EXPECT_EQ(crew.size(), 1U);
    EXPECT_EQ(crew.unusable().size(), makers.size() - 1);
    EXPECT_TRUE(run(plan, state, crew, {}));
    EXPECT_EQ(digest(plan, state.sums).hex(), sweep.digest);
  }
}

TEST(LocalCrew, TakesTheFallbackWhereNoneOfSeveralDevicesCanBegin) {
  Plan const plan = plan_of(golden_sweeps.front().toml);
  LocalCrew const crew(plan, {too_old, too_old}, {}, backends(1, 8ULL << 20));
  EXPECT_EQ(crew.name(), "cpu");
  EXPECT_EQ(crew.unusable().size(), 2U);
  EXPECT_THROW(LocalCrew(plan, {too_old, too_old}), Error);
  EXPECT_THROW(LocalCrew(plan, {too_old}, {}, backends(1, 8ULL << 20)), Error) << "the only one was asked for";
}

TEST(Runner, SavesWhenThatIsDueAndGoesOn) {
  Plan const plan = plan_of(race, {"search.race=false"});
  RunState state(plan);
  LocalCrew crew(plan, {backends(1, 1ULL << 19)});
  std::vector<std::uint64_t> done;
  int asked = 0;
  EXPECT_TRUE(
      run(plan, state, crew, {.save_due = [&] { return asked++ % 2 == 1; }, .save = [&](RunState const& s) { done.push_back(s.done[0].size()); }}));
  ASSERT_GT(done.size(), 1U);
  EXPECT_TRUE(std::is_sorted(done.begin(), done.end()));
  EXPECT_GT(done.front(), 0U);
  RunState unsaved(plan);
  run(plan, unsaved, crew, {});
  EXPECT_EQ(digest(plan, state.sums).hex(), digest(plan, unsaved.sums).hex());
}

TEST(Runner, DrawsBandsThatAreMissing) {
  Plan const plan = plan_of(race, {"search.race=false"});
  LocalCrew crew(plan, {backends(1, 64ULL << 20)});
  RunState whole(plan), without(plan);
  run(plan, whole, crew, {});
  run(plan, without, crew, {});
  for (auto& scenario : without.sums.scenarios) scenario.bands = {};

  EXPECT_TRUE(run(plan, without, crew, {}));

  EXPECT_EQ(digest(plan, without.sums).hex(), digest(plan, whole.sums).hex());
}

TEST(Runner, DrawsBandsThatAreMissingOnADeviceThatBringsThemHomeAtOnce) {
  Plan const plan = plan_of(race, {"search.race=false"});
  LocalCrew cpu(plan, {backends(1, 64ULL << 20)});
  RunState whole(plan), longer(plan);
  run(plan, whole, cpu, {});
  run_part(plan, longer, cpu, {}, {0, 100});
  ASSERT_FALSE(longer.bands[0]) << "it has not all that bands are made of";
  EXPECT_FALSE(longer.collects_bands(plan, 0)) << "they would be kept for all scenarios until the end";
  EXPECT_TRUE(RunState(plan).collects_bands(plan, 0));
  LocalCrew device(plan, {[](Plan const& p) { return std::make_shared<testing::LostDevice>(p, testing::LostDevice::never); }});

  EXPECT_TRUE(run(plan, longer, device, {}));

  EXPECT_EQ(digest(plan, longer.sums).hex(), digest(plan, whole.sums).hex());
}

TEST(Runner, CanBeStoppedWhileItDrawsBands) {
  Plan const plan = plan_of(race, {"search.race=false"});
  LocalCrew crew(plan, {backends(1, 1ULL << 19)});
  RunState whole(plan), state(plan);
  run(plan, whole, crew, {});
  run(plan, state, crew, {});
  for (auto& scenario : state.sums.scenarios) scenario.bands = {};
  int stops = 0;
  for (bool finished = false; !finished; stops += finished ? 0 : 1) {
    RunState saved(plan);
    int tiles = 0;
    finished = run(plan, state, crew, {.stop = [&] { return tiles++ == 1; }, .save = [&](RunState const& s) { saved = s; }});
    if (!finished) state = saved;
  }
  EXPECT_GT(stops, 1);
  EXPECT_EQ(digest(plan, state.sums).hex(), digest(plan, whole.sums).hex());
}

TEST(Runner, SavesWhileItDrawsBands) {
  Plan const plan = plan_of(race, {"search.race=false"});
  LocalCrew crew(plan, {backends(1, 1ULL << 19)});
  RunState whole(plan), state(plan);
  run(plan, whole, crew, {});
  run(plan, state, crew, {});
  for (auto& scenario : state.sums.scenarios) scenario.bands = {};
  std::vector<std::uint64_t> drawn;
  int reports = 0;

  EXPECT_TRUE(run(plan, state, crew,
                  {.save_due = [] { return true; },
                   .save = [&](RunState const& s) { drawn.push_back(s.bands[0] ? s.bands[0]->drawn().size() : 0); },
                   .report = [&](Progress const&) { ++reports; }}));

  EXPECT_EQ(digest(plan, state.sums).hex(), digest(plan, whole.sums).hex());
  EXPECT_GT(*std::max_element(drawn.begin(), drawn.end()), 0U) << "band values are saved before all have been drawn";
  EXPECT_GT(drawn.size(), 3U);
  EXPECT_GT(reports, 3);
}

/// Fails at once, or goes on for as long as it is given tiles.
TEST(Runner, EndsAStretchWhereAWorkerFails) {
  Plan const plan = plan_of(race, {"search.race=false", "sweep.realizations=200000"});
  RunState state(plan);
  auto const lost = [](Plan const& p) { return std::make_shared<testing::LostDevice>(p, 0); };
  LocalCrew crew(plan, {lost, backends(1, 8ULL << 20)});

  EXPECT_THROW(run(plan, state, crew, {}), DeviceFault);

  EXPECT_LT(state.done[0].size(), 100000U) << "the other worker went on to the end";
  EXPECT_GT(state.effort.seconds, 0) << "what was done took time";
}

/// Takes larger tiles of plans with fewer settings, and no larger one than it says.
class SizedBackend final : public Backend {
 public:
  SizedBackend(Plan const& plan, std::uint32_t most) : inner_(make_cpu_backend(plan, 1, "", 64ULL << 20)), most_(most) {}
  std::string name() const override { return inner_->name(); }
  std::string device() const override { return inner_->device(); }
  std::uint32_t tile_realizations() const override { return most_; }
  void begin_scenario(std::uint32_t scenario, CellSums& sums, BandValues* bands) override { inner_->begin_scenario(scenario, sums, bands); }
  void run_tile(Tile const& tile, LedgerSink* raw) override {
    EXPECT_LE(tile.realizations, most_);
    inner_->run_tile(tile, raw);
  }
  TileTotals totals() const override { return inner_->totals(); }
  KernelSeconds kernel_seconds() const override { return inner_->kernel_seconds(); }
  void bring_home() override { inner_->bring_home(); }

 private:
  std::unique_ptr<Backend> inner_;
  std::uint32_t most_;
};

TEST(Runner, KeepsToEachBackendsTilesWhereScenariosHaveDifferentSettings) {
  Plan const plan = plan_of(race);
  for (std::uint32_t const loses : {0U, 1U}) {
    auto const judge = [&](SweepSums const&, std::uint32_t look) {
      LookVerdict verdict{false, std::vector<std::uint8_t>(plan.cells, 0)};
      for (std::uint64_t cell = 0; cell < plan.cells; ++cell)
        verdict.leaving[cell] = look == 1 && plan.scenario_of(cell) == loses && plan.policy_of(cell) % 2 == 0 ? 1 : 0;
      return verdict;
    };
    RunState const want = looked_run(plan, backends(1, 64ULL << 20), judge);
    RunState const got = looked_run(
        plan, [&](Plan const& p) { return std::make_shared<SizedBackend>(p, p.policies.size() < plan.policies.size() ? 100U : 16U); }, judge);
    EXPECT_EQ(digest(plan, got.sums).hex(), digest(plan, want.sums).hex());
  }
}

TEST(Runner, LooksNoMoreOnceItHasSeenEnough) {
  Plan const plan = plan_of(race);
  RunState state = looked_run(plan, backends(1, 64ULL << 20), [](SweepSums const&, std::uint32_t) { return LookVerdict{true, {}}; });
  std::string const before = digest(plan, state.sums).hex();
  LocalCrew crew(plan, {backends(1, 64ULL << 20)});
  auto const judge = [](SweepSums const&, std::uint32_t) {
    ADD_FAILURE() << "it had seen enough";
    return LookVerdict{};
  };

  EXPECT_TRUE(run(plan, state, crew, {.judge = judge, .is_over = [] { return true; }}));

  EXPECT_EQ(digest(plan, state.sums).hex(), before);
}

TEST(Runner, AddsUpPartsToTheWhole) {
  Plan const plan = plan_of(race, {"search.race=false"});
  LocalCrew crew(plan, {backends(1, 64ULL << 20)});
  RunState whole(plan);
  run(plan, whole, crew, {});
  RunState sum(plan);
  for (RealizationSpan const part : {RealizationSpan{60, 120}, {0, 60}, {120, 230}}) {
    RunState state(plan);
    EXPECT_TRUE(run_part(plan, state, crew, {}, part));
    EXPECT_EQ(state.sums.realizations_done, part.size());
    for (std::uint32_t s = 0; s < plan.scenarios.size(); ++s) {
      EXPECT_EQ(state.done[s].spans(), std::vector{part});
      sum.add(plan, s, state);
    }
  }
  run(plan, sum, crew, {});
  EXPECT_EQ(digest(plan, sum.sums).hex(), digest(plan, whole.sums).hex());
}

TEST(Runner, GivesAPartItsBandsWhereItHasAllTheirRealizations) {
  Plan const plan = plan_of(race, {"search.race=false", "sweep.realizations=1100", "workload.requests_per_minute=2"});
  LocalCrew crew(plan, {backends(2, 64ULL << 20)});
  ASSERT_EQ(plan.band_realizations, 1000U);
  for (RealizationSpan const part : {RealizationSpan{0, 1000}, {0, 999}, {1, 1001}}) {
    RunState state(plan);
    run_part(plan, state, crew, {}, part);
    EXPECT_EQ(state.has_bands(0), part == (RealizationSpan{0, 1000}));
    EXPECT_EQ(state.has_bands(1), part == (RealizationSpan{0, 1000}));
  }
}

}  // namespace
}  // namespace fleetcast
