#include "host/io/result_state.hpp"

#include <gtest/gtest.h>
#include <hdf5.h>

#include <filesystem>

#include "host/commands/golden_sweeps.hpp"
#include "host/config/error.hpp"
#include "host/io/result_file.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

using testing::plan_of;

/// Four scenarios, contradictory cells, a baseline, prices that share a policy's sums, all that is optional.
constexpr char const* sweep = R"(
[sweep]
name = "state test"
realizations = 70
minutes = 90
warmup_minutes = 10
quantiles = [0.1, 0.9]
[workload]
requests_per_minute = 200
drift_log_sd = 0.5
[autoscaler]
max_replicas = 8
[sla]
latency_levels_ms = [300, 500]
stricter_objectives = [0.9, 0.999]
[baseline]
"autoscaler.scale_up_at" = 90000
"autoscaler.scale_down_at" = 30000
"price.gpu_hour_usd" = 2
[grid]
"workload.requests_per_minute" = [150, 250]
"workload.burst_cv" = [0, 0.3]
"autoscaler.scale_up_at" = [60000, 90000]
"autoscaler.scale_down_at" = [30000, 70000]
"price.gpu_hour_usd" = [2, 3]
)";

BackendMaker cpu() {
  return [](Plan const& plan) { return make_cpu_backend(plan, 1, "", 64ULL << 20); };
}

class ResultState : public ::testing::Test {
 protected:
  ~ResultState() override { std::filesystem::remove(path_); }

  void write(Plan const& plan, SweepSums const& sums, std::string const& reason = "all realizations done") {
    std::atomic<bool> const never{false};
    write_result(path_, plan, sums, digest(plan, sums), never, {"cpu", "test", reason, 1.5, 0.1}, nullptr);
  }
  /// Runs a plan and writes its result.
  RunState written(Plan const& plan) {
    RunState state(plan);
    LocalCrew crew(plan, {cpu()});
    run(plan, state, crew, {});
    write(plan, state.sums);
    return state;
  }
  /// What reading is refused with.
  std::string refusal(Plan const& plan) const {
    try {
      read_state(path_, plan);
    } catch (Error const& error) {
      EXPECT_EQ(error.code(), ExitCode::bad_data);
      return error.what();
    }
    return "";
  }

  std::string path_ = testing::temporary_path("state.h5");
};

TEST_F(ResultState, ComesBackAsItWas) {
  Plan const plan = plan_of(sweep);
  RunState const run = written(plan);

  RunState const read = read_state(path_, plan);

  EXPECT_EQ(digest(plan, read.sums).hex(), digest(plan, run.sums).hex());
  EXPECT_EQ(read.done, run.done);
  EXPECT_EQ(read.sums.realizations_done, 70U);
  EXPECT_EQ(read.effort.realizations, run.effort.realizations);
  EXPECT_EQ(read.effort.cell_realizations, run.effort.cell_realizations);
  EXPECT_EQ(read.effort.requests, run.effort.requests);
  EXPECT_EQ(read.effort.steps, run.effort.steps);
  EXPECT_EQ(read.effort.seconds, 1.5);
}

TEST_F(ResultState, ComesBackFromEveryGoldenSweep) {
  for (auto const& golden : golden_sweeps) {
    Plan const plan = plan_of(golden.toml);
    written(plan);
    EXPECT_EQ(digest(plan, read_state(path_, plan).sums).hex(), golden.digest) << golden.name;
  }
}

TEST_F(ResultState, IsGoneOnWithToMoreRealizations) {
  written(plan_of(sweep));
  Plan const more = plan_of(sweep, {"sweep.realizations=130"});

  RunState state = read_state(path_, more);
  LocalCrew crew(more, {cpu()});
  run(more, state, crew, {});

  RunState fresh(more);
  run(more, fresh, crew, {});
  EXPECT_EQ(digest(more, state.sums).hex(), digest(more, fresh.sums).hex());
}

TEST_F(ResultState, IsRefusedWhereItNamesOtherRealizationsThanItsSumsAreOver) {
  Plan const plan = plan_of(sweep);
  written(plan);
  hid_t const file = H5Fopen(path_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  hid_t const attribute = H5Aopen(file, "realizations", H5P_DEFAULT);
  std::int64_t const fewer = 60;
  H5Awrite(attribute, H5T_NATIVE_INT64, &fewer);
  H5Aclose(attribute);
  H5Fclose(file);

  EXPECT_NE(refusal(plan).find("the file was changed, or is damaged"), std::string::npos) << refusal(plan);
}

TEST_F(ResultState, IsRefusedOnceAnyIntegerHasChanged) {
  Plan const plan = plan_of(sweep);
  RunState const run = written(plan);
  for (char const* const dataset :
       {"sum_shed_replica_ms_hi", "square_ticks_above_1_lo", "product_shed_work_lo", "baseline_product_violated_ticks_lo", "smallest_peak_replicas",
        "largest_billed_minus_reference", "cell_realizations", "sum_objective_met", "sum_objective_met_at", "sum_violating", "billed_histogram",
        "violated_histogram", "traffic_sum_lo", "traffic_square_hi", "traffic_smallest", "traffic_largest", "completion_tokens_band_sum",
        "requests_band_quantile"}) {
    write(plan, run.sums);
    hid_t const file = H5Fopen(path_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    hid_t const object = H5Dopen2(file, dataset, H5P_DEFAULT);
    ASSERT_GE(object, 0) << dataset;
    hid_t const space = H5Dget_space(object);
    std::vector<std::int64_t> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
    H5Dread(object, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    values.front() += 1;
    EXPECT_GE(H5Dwrite(object, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), 0) << dataset;
    H5Sclose(space);
    H5Dclose(object);
    H5Fclose(file);
    EXPECT_NE(refusal(plan).find("its sums have the digest"), std::string::npos) << dataset;
  }
}

TEST_F(ResultState, IsRefusedWhereASumIsMissing) {
  Plan const plan = plan_of(sweep);
  written(plan);
  hid_t const file = H5Fopen(path_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  H5Ldelete(file, "traffic_square_lo", H5P_DEFAULT);
  H5Fclose(file);

  EXPECT_NE(refusal(plan).find("has no dataset traffic_square_lo, needed by the run's state"), std::string::npos);
}

TEST_F(ResultState, IsRefusedForAnotherPlan) {
  written(plan_of(sweep));

  EXPECT_NE(refusal(plan_of(sweep, {"sla.ttft_ms=300"})).find("is of another plan"), std::string::npos);
  EXPECT_EQ(refusal(plan_of(sweep, {"sweep.confidence=0.9"})), "");
  EXPECT_NE(refusal(plan_of(sweep, {"search.race=true"})).find("[stop] or a race"), std::string::npos);
}

TEST_F(ResultState, TellsWhyAResultIsNotContinued) {
  Plan const plan = plan_of(sweep);
  written(plan);
  ResultHeader const header = read_result_header(path_);
  auto const refused = [&](auto change) {
    ResultHeader other = header;
    change(other);
    return why_not_continued(other, plan, {0, 100});
  };

  EXPECT_EQ(header.realizations, (RealizationSpan{0, 70}));
  EXPECT_EQ(why_not_continued(header, plan, {0, 70}), "");
  EXPECT_EQ(why_not_continued(header, plan, {0, 100}), "");
  EXPECT_EQ(why_not_continued(header, plan, {0, 60}), "has realizations 0 to 69, of which 0 to 59 are wanted");
  EXPECT_EQ(why_not_continued(header, plan_of(sweep, {"sweep.seed=7"}), {0, 70}), "is of another plan");
  EXPECT_EQ(why_not_continued(header, plan_of(sweep, {"search.race=true"}), {0, 70}).substr(0, 26), "was run without [stop] or ");
  EXPECT_EQ(refused([](ResultHeader& h) { h.git_sha = "0123"; }).substr(0, 24), "was written by fleetcast");
  EXPECT_EQ(refused([](ResultHeader& h) { h.fleetcast_version = "0.0.9"; }).substr(0, 24), "was written by fleetcast");
  EXPECT_EQ(refused([](ResultHeader& h) { h.looked = true; }).substr(0, 20), "was run with [stop] ");
}

}  // namespace
}  // namespace fleetcast
