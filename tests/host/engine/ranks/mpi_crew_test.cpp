// Every rank runs these tests, under mpirun: rank 0 looks at what comes out.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "host/commands/golden_sweeps.hpp"
#include "host/engine/ranks/ranks.hpp"
#include "host/engine/runner.hpp"
#include "tests/host/engine/lost_device.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

using testing::looked_run;
using testing::LostDevice;
using testing::plan_of;

constexpr std::uint64_t memory = 64ULL << 20;
constexpr std::uint64_t band_memory = 1U << 20;
Ranks* ranks = nullptr;

/// Makes a rank's backends.
using RankMaker = std::function<std::shared_ptr<Backend>(std::uint32_t rank, Plan const&)>;

std::shared_ptr<Backend> good(std::uint32_t /*rank*/, Plan const& plan) { return make_cpu_backend(plan, 1, "", memory); }

/// A backend that takes few realizations at once, and does something before each tile.
class Prefaced final : public Backend {
 public:
  Prefaced(Plan const& plan, std::function<void()> preface) : inner_(make_cpu_backend(plan, 1, "", memory)), preface_(std::move(preface)) {}
  std::string name() const override { return inner_->name(); }
  std::string device() const override { return inner_->device(); }
  std::uint32_t tile_realizations() const override { return 4; }
  void begin_scenario(std::uint32_t scenario, CellSums& sums, BandValues* bands) override { inner_->begin_scenario(scenario, sums, bands); }
  void run_tile(Tile const& tile, LedgerSink* raw) override {
    preface_();
    inner_->run_tile(tile, raw);
  }
  TileTotals totals() const override { return inner_->totals(); }
  KernelSeconds kernel_seconds() const override { return inner_->kernel_seconds(); }
  void bring_home() override { inner_->bring_home(); }

 private:
  std::unique_ptr<Backend> inner_;
  std::function<void()> preface_;
};

/// Leaves the others the time to ask for tiles.
std::shared_ptr<Backend> leisurely(Plan const& plan) {
  return std::make_shared<Prefaced>(plan, [] { std::this_thread::sleep_for(std::chrono::milliseconds(20)); });
}

/// One rank's device fails at its first tile, the others are slow enough for it to get one.
RankMaker lost_on(std::uint32_t lost) {
  return [lost](std::uint32_t rank, Plan const& plan) -> std::shared_ptr<Backend> {
    if (rank == lost) return std::make_shared<LostDevice>(plan, 0);
    return leisurely(plan);
  };
}

/// What a run by all ranks came to, on rank 0.
struct Outcome {
  std::string digest;
  std::vector<std::string> warnings;
};

/// What a rank has beside its first device.
struct Spare {
  std::vector<BackendMaker> devices = {};
  BackendMaker fallback = {};
};
Spare spare;

LocalCrew* crew_of(Plan const& plan, RankMaker const& make) {
  std::uint32_t const rank = ranks->rank();
  std::vector<BackendMaker> makers{[make, rank](Plan const& p) { return make(rank, p); }};
  makers.insert(makers.end(), spare.devices.begin(), spare.devices.end());
  return new LocalCrew(plan, makers, {}, spare.fallback);
}

void help(std::string const& sweep, RankMaker const& make) {
  ranks->serve([&] {
    auto plan = std::make_unique<Plan const>(plan_of(sweep));
    std::unique_ptr<LocalCrew> crew(crew_of(*plan, make));
    return Helper{std::move(plan), std::move(crew), ""};
  });
}

/// Runs a sweep on all ranks.
/// @param helpers_sweep  what the other ranks take it for
Outcome run_on_all(std::string const& sweep, RankMaker const& make, LookJudge const& judge = {}, std::string const& helpers_sweep = {}) {
  if (ranks->rank() > 0) {
    help(helpers_sweep.empty() ? sweep : helpers_sweep, make);
    return {};
  }
  Outcome outcome;
  Plan const plan = plan_of(sweep);
  RunState state(plan);
  auto const crew = ranks->lead(
      plan, std::unique_ptr<LocalCrew>(crew_of(plan, make)), [&](std::string const& warning) { outcome.warnings.push_back(warning); }, band_memory,
      "");
  run(plan, state, *crew, {.judge = judge});
  outcome.digest = digest(plan, state.sums).hex();
  return outcome;
}

/// The error that a run on all ranks ends with, on rank 0.
std::pair<ExitCode, std::string> error_on_all(std::string const& sweep, RankMaker const& make, std::string const& helpers_sweep = {}) {
  try {
    run_on_all(sweep, make, {}, helpers_sweep);
  } catch (Error const& error) {
    return {error.code(), error.what()};
  }
  return {ExitCode::done, ""};
}

bool leads() { return ranks->rank() == 0; }

TEST(MpiCrew, TakesTheSameRunAsOneProcess) {
  for (auto const& sweep : golden_sweeps) {
    Outcome const outcome = run_on_all(sweep.toml, good);
    EXPECT_TRUE(outcome.warnings.empty());
    if (!leads()) continue;
    EXPECT_EQ(outcome.digest, sweep.digest) << sweep.name;
  }
}

constexpr char const* many_bands = R"(
[sweep]
realizations = 200
minutes = 120
warmup_minutes = 0
[workload]
requests_per_minute = 10
[grid]
"workload.burst_cv" = { from = 0.0, to = 1.0, count = 10 }
)";

TEST(MpiCrew, AddsUpBeforeBandValuesFillTheMemory) {
  Plan const plan = plan_of(many_bands);
  ASSERT_GT(plan.scenarios.size() * BandValues::bytes(plan), 5 * band_memory);
  Outcome const outcome = run_on_all(many_bands, good);
  if (!leads()) return;
  EXPECT_EQ(outcome.digest, testing::cpu_digest(plan));
}

TEST(MpiCrew, KeepsNoBandValuesOfAPart) {
  if (!leads()) return help(many_bands, good);
  Plan const plan = plan_of(many_bands);
  RunState state(plan);
  auto const crew = ranks->lead(
      plan, std::unique_ptr<LocalCrew>(crew_of(plan, good)), [](std::string const&) {}, band_memory, "");

  run_part(plan, state, *crew, {}, {0, 60});

  for (std::size_t s = 0; s < plan.scenarios.size(); ++s) {
    EXPECT_EQ(state.done[s].size(), 60U);
    EXPECT_FALSE(state.bands[s]) << s;
  }
}

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
[search]
race = true
[grid]
"workload.burst_cv" = [0, 0.6]
"autoscaler.scale_up_at" = [40000, 90000, 200000]
)";

TEST(MpiCrew, KnowsWhoLeftARace) {
  LookJudge const judge = [](SweepSums const&, std::uint32_t look) {
    LookVerdict verdict{.leaving = std::vector<std::uint8_t>(6, 0)};
    verdict.leaving[look] = 1;  // one at each look
    return verdict;
  };
  Outcome const outcome = run_on_all(race, good, judge);
  if (!leads()) return;
  Plan const plan = plan_of(race);
  auto const alone = looked_run(
      plan, [](Plan const& p) { return make_cpu_backend(p, 1, "", memory); }, judge);
  EXPECT_EQ(outcome.digest, digest(plan, alone.sums).hex());
}

TEST(MpiCrew, DoesWithoutARankWhoseDeviceFailed) {
  for (std::uint32_t lost = 0; lost < ranks->size(); ++lost) {
    Outcome const outcome = run_on_all(golden_sweeps.front().toml, lost_on(lost));
    if (!leads()) continue;
    EXPECT_EQ(outcome.digest, golden_sweeps.front().digest) << lost;
    ASSERT_EQ(outcome.warnings.size(), 1) << lost;
    EXPECT_NE(outcome.warnings[0].find("rank " + std::to_string(lost) + " ("), std::string::npos) << outcome.warnings[0];
    EXPECT_NE(outcome.warnings[0].find("CUDA device 3 failed"), std::string::npos) << outcome.warnings[0];
  }
}

TEST(MpiCrew, EndsWithItsLastDevice) {
  auto const [code, message] =
      error_on_all(golden_sweeps.front().toml, [](std::uint32_t, Plan const& plan) { return std::make_shared<LostDevice>(plan, 0); });
  if (!leads()) return;
  EXPECT_EQ(code, ExitCode::internal);
  EXPECT_NE(message.find("no rank has a device left"), std::string::npos) << message;
}

/// Every rank's first device fails.
std::shared_ptr<Backend> lost_everywhere(std::uint32_t /*rank*/, Plan const& plan) { return std::make_shared<LostDevice>(plan, 0); }

TEST(MpiCrew, GoesOnWithTheOtherDevicesOfARank) {
  spare = {{leisurely}, {}};

  Outcome const outcome = run_on_all(golden_sweeps.front().toml, lost_everywhere);

  spare = {};
  if (!leads()) return;
  EXPECT_EQ(outcome.digest, golden_sweeps.front().digest);
  ASSERT_GE(outcome.warnings.size(), 1U);
  EXPECT_NE(outcome.warnings[0].find("it goes on with what is left to it"), std::string::npos) << outcome.warnings[0];
}

TEST(MpiCrew, GoesOnWithTheCpuWhereNoDeviceIsLeft) {
  spare = {{}, leisurely};

  Outcome const outcome = run_on_all(golden_sweeps.front().toml, lost_everywhere);

  spare = {};
  if (!leads()) return;
  EXPECT_EQ(outcome.digest, golden_sweeps.front().digest);
  EXPECT_GE(outcome.warnings.size(), 1U);
}

TEST(MpiCrew, EndsWithAnyOtherErrorOfAHelper) {
  auto const [code, message] = error_on_all(golden_sweeps.front().toml, [](std::uint32_t rank, Plan const& plan) -> std::shared_ptr<Backend> {
    if (rank != 1) return leisurely(plan);
    return std::make_shared<Prefaced>(plan, [] { throw Error(ExitCode::bad_data, "the audit found another answer"); });
  });
  if (!leads()) return;
  EXPECT_EQ(code, ExitCode::bad_data);
  EXPECT_TRUE(message.starts_with("rank 1 (") && message.ends_with("): the audit found another answer")) << message;
}

TEST(MpiCrew, RefusesRanksThatLookAtOtherTimes) {
  std::string const rule = "\n[stop]\nmetric = \"cost_usd\"\nhalf_width = 1\nfirst_look = ";
  auto const [code, message] = error_on_all(many_bands + rule + "50\n", good, many_bands + rule + "100\n");
  if (!leads()) return;
  EXPECT_EQ(code, ExitCode::bad_config);
  EXPECT_NE(message.find("its plan is not that of rank 0"), std::string::npos) << message;
}

TEST(MpiCrew, RefusesRanksOfAnotherSweep) {
  auto const [code, message] = error_on_all(golden_sweeps[0].toml, good, golden_sweeps[1].toml);
  if (!leads()) return;
  EXPECT_EQ(code, ExitCode::bad_config);
  EXPECT_NE(message.find("its plan is not that of rank 0"), std::string::npos) << message;
}

TEST(MpiCrew, TellsWhatARankCouldNotPrepare) {
  auto const [code, message] = error_on_all(golden_sweeps[0].toml, good, "[sweep]\nrealisations = 3\n");
  if (!leads()) return;
  EXPECT_EQ(code, ExitCode::bad_config);
  EXPECT_TRUE(message.starts_with("rank 1 (") && message.find("did you mean realizations") != std::string::npos) << message;
}

}  // namespace
}  // namespace fleetcast

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  auto const ranks = fleetcast::join_ranks(fleetcast::launched());
  fleetcast::ranks = ranks.get();
  if (ranks->rank() > 0) {  // rank 0 tells
    auto& listeners = ::testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
  }
  return RUN_ALL_TESTS();
}
