#include "host/io/result_file.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>

#include "host/config/error.hpp"
#include "host/config/keys.hpp"
#include "host/io/hdf5.hpp"
#include "host/stats/quantities.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

using testing::plan_of;

class ResultFile : public ::testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }
  std::string path_ = testing::temporary_path("result.h5");
};

constexpr char const* sweep = R"(
[sweep]
name = "file test"
realizations = 40
minutes = 120
[workload]
requests_per_minute = 200
drift_log_sd = 0.5
[autoscaler]
max_replicas = 8
[sla]
latency_levels_ms = [300, 500]
[grid]
"autoscaler.scale_up_at" = [60000, 90000]
"autoscaler.scale_down_at" = [30000, 70000, 100000]
)";

TEST_F(ResultFile, HoldsWhatWasComputed) {
  Plan const plan = plan_of(sweep);
  SweepSums const sums = testing::sums_of(plan, *make_cpu_backend(plan, 1, "", 64 << 20));
  Hash128 const hash = digest(plan, sums);

  std::atomic<bool> const never{false};

  write_result(path_, plan, sums, hash, never, {"cpu", "test", "all realizations done", 1.0, 0.1}, nullptr);

  hdf5::Reader const file(path_);
  EXPECT_EQ(file.text("filetype"), result_filetype);
  EXPECT_EQ(file.text("digest"), hash.hex());
  EXPECT_EQ(file.number("realizations"), 40);
  EXPECT_EQ(file.text_on("scale_up_at", "key"), "autoscaler.scale_up_at");
  EXPECT_EQ(file.values("valid"), (std::vector<double>{1, 0, 0, 1, 1, 0}));
  CellStatistics const statistics(plan, sums);
  auto const cost = file.values("cost_usd_mean");
  EXPECT_EQ(cost[3], statistics.of(Quantity::cost_usd, 3).estimate.mean);
  EXPECT_TRUE(std::isnan(cost[1]));
}

TEST_F(ResultFile, RawLedgersAddUpToTheSums) {
  Plan const plan = plan_of(sweep);
  RawLedgers raw(plan, 1 << 30);
  auto const backend = make_cpu_backend(plan, 2, "", 64 << 20);
  std::atomic<bool> const never{false};
  RunResult const run = run_plan(plan, *backend, never, {}, &raw);

  write_result(path_, plan, run.sums, digest(plan, run.sums), never, {"cpu", "test", "", 1, 1}, &raw);

  auto const billed = hdf5::Reader(path_).values("raw_billed_replica_ticks");
  ASSERT_EQ(billed.size(), plan.cells * plan.realizations);
  for (std::uint64_t cell = 0; cell < plan.cells; ++cell) {
    if (!plan.is_valid(cell)) continue;
    double sum = 0;
    for (std::size_t r = 0; r < plan.realizations; ++r) sum += billed[cell * plan.realizations + r];
    EXPECT_EQ(sum, static_cast<double>(run.sums.cells[0].sum(Entry::billed_replica_ticks, plan.policies[plan.policy_of(cell)].slot)));
  }
}

TEST_F(ResultFile, RawIsRefusedWhereItDoesNotFit) { EXPECT_THROW(RawLedgers(plan_of(sweep), 1000), Error); }

TEST_F(ResultFile, LeavesNothingBehindWhenItCantBeWritten) {
  Plan const plan = plan_of(sweep);
  SweepSums const sums(plan);
  std::atomic<bool> const never{false};

  EXPECT_THROW(write_result("/no/such/folder/r.h5", plan, sums, {}, never, {"", "", "", 0, 0}, nullptr), Error);
}

TEST_F(ResultFile, IsNotWrittenOnceStopped) {
  Plan const plan = plan_of(sweep);
  SweepSums const sums = testing::sums_of(plan, *make_cpu_backend(plan, 1, "", 64 << 20));
  std::atomic<bool> const stopped{true};

  EXPECT_FALSE(write_result(path_, plan, sums, {}, stopped, {"", "", "", 0, 0}, nullptr));

  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST(AxisNames, ArePossibleForEveryKeyThatMayBeAnAxis) {
  std::string const toml = "[sweep]\nrealizations = 2\nminutes = 20\n[autoscaler]\nmax_replicas = 8\n[service.ttft]\ncurve = \"linear\"\n";
  SweepConfig config = parse_sweep(toml, "s.toml", {});
  std::atomic<bool> const never{false};
  std::string const path = testing::temporary_path("axes.h5");
  int written = 0;
  for (auto const& key : bind_keys(config)) {
    if (!key.is_numeric() || key.path.starts_with("workload.class") || key.path.starts_with("workload.drift")) continue;
    std::optional<Plan> plan;
    try {
      plan = plan_of(toml, {fmt::format("grid.{}=[{}]", key.path, key.kind == Key::Kind::flag ? "true" : shortest(key.number()))});
    } catch (Error const&) {
      continue;  // no axis, or one without effect here
    }
    SweepSums const sums = testing::sums_of(*plan, *make_cpu_backend(*plan, 1, "", 64 << 20));
    EXPECT_TRUE(write_result(path, *plan, sums, digest(*plan, sums), never, {"cpu", "test", "all realizations done", 1.0, 0.1}, nullptr)) << key.path;
    ++written;
  }
  EXPECT_GT(written, 25);
  std::filesystem::remove(path);
}

TEST(AxisNames, UseTheWholeKeyWhereTheLastPartIsNotUnique) {
  Plan const plan = plan_of(
      "[grid]\n\"workload.class.0.prompt.median\" = [900, 1000]\n\"workload.class.0.completion.median\" = [100, 120]\n\"sla.ttft_ms\" = [500]\n");

  EXPECT_EQ(axis_names(plan.axes), (std::vector<std::string>{"workload_class_0_prompt_median", "workload_class_0_completion_median", "ttft_ms"}));
}

}  // namespace
}  // namespace fleetcast
