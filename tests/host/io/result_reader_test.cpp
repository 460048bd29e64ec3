#include "host/io/result_reader.hpp"

#include <gtest/gtest.h>
#include <hdf5.h>

#include <filesystem>

#include "host/config/error.hpp"
#include "host/io/result_file.hpp"
#include "host/stats/run_details.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

constexpr char const* sweep = R"(
[sweep]
name = "reader test"
realizations = 60
minutes = 90
quantiles = [0.5]
[workload]
requests_per_minute = 200
drift_log_sd = 0.5
[autoscaler]
max_replicas = 8
scale_up_at = 60000
scale_down_at = 30000
[sla]
stricter_objectives = [0.9, 0.999]
[grid]
"workload.requests_per_minute" = [150, 250]
"autoscaler.scale_up_at" = [60000, 90000]
"autoscaler.scale_down_at" = [30000, 70000]
"service.backlog" = [true, false]
)";

class ResultReading : public ::testing::Test {
 protected:
  ResultReading() : sums_(testing::sums_of(plan_, *make_cpu_backend(plan_, 1, "", 64 << 20))) {
    std::atomic<bool> const never{false};
    write_result(path_, plan_, sums_, digest(plan_, sums_), never, {"cpu", "test", "all realizations done", 1.0, 0.1}, nullptr);
  }
  ~ResultReading() override { std::filesystem::remove(path_); }

  /// What reading refuses with.
  std::string refusal() const {
    try {
      ResultReader(path_).tallies();
    } catch (Error const& error) {
      EXPECT_EQ(error.code(), ExitCode::bad_data);
      return error.what();
    }
    return "";
  }

  std::string path_ = testing::temporary_path("reader.h5");
  Plan plan_ = testing::plan_of(sweep, {"baseline.autoscaler.scale_up_at=90000"});
  SweepSums sums_;
};

TEST_F(ResultReading, GivesTheTalliesOfTheRun) {
  CellTallies const run = tally(plan_, sums_);

  CellTallies const read = ResultReader(path_).tallies();

  ASSERT_EQ(read.axes.size(), run.axes.size());
  for (std::size_t i = 0; i < run.axes.size(); ++i) {
    EXPECT_EQ(read.axes[i].key, run.axes[i].key);
    EXPECT_EQ(read.axes[i].values, run.axes[i].values);
    EXPECT_EQ(read.axes[i].is_workload, run.axes[i].is_workload);
    EXPECT_EQ(read.axes[i].is_flag, run.axes[i].is_flag);
  }
  EXPECT_EQ(read.confidence, run.confidence);
  EXPECT_EQ(read.look_confidence, run.look_confidence);
  EXPECT_EQ(read.reliability, run.reliability);
  EXPECT_EQ(read.looks, run.looks);
  EXPECT_EQ(read.objective_per, run.objective_per);
  EXPECT_EQ(read.ledger_ticks, run.ledger_ticks);
  EXPECT_EQ(read.tick_seconds, run.tick_seconds);
  EXPECT_EQ(read.period, run.period);
  EXPECT_EQ(read.stricter_objectives, run.stricter_objectives);
  EXPECT_EQ(read.valid, run.valid);
  EXPECT_EQ(read.realizations, run.realizations);
  EXPECT_EQ(read.met, run.met);
  EXPECT_EQ(read.violating, run.violating);
  EXPECT_EQ(read.met_at, run.met_at);
  EXPECT_EQ(read.usd, run.usd);
  EXPECT_EQ(read.objective, run.objective);
  EXPECT_EQ(read.expected_work, run.expected_work);
  for (auto const column : {&CellTallies::billed, &CellTallies::billed_square, &CellTallies::violated_ticks, &CellTallies::violated_ticks_square,
                            &CellTallies::violated_requests, &CellTallies::violated_requests_square, &CellTallies::requests,
                            &CellTallies::requests_square, &CellTallies::violated_requests_requests, &CellTallies::work, &CellTallies::work_square,
                            &CellTallies::billed_work, &CellTallies::reference, &CellTallies::reference_square, &CellTallies::billed_reference})
    EXPECT_TRUE(read.*column == run.*column);
  ASSERT_TRUE(read.baseline && run.baseline);
  EXPECT_EQ(read.baseline->cell, run.baseline->cell);
  EXPECT_TRUE(read.baseline->billed == run.baseline->billed);
  EXPECT_TRUE(read.baseline->violated_ticks == run.baseline->violated_ticks);
  EXPECT_TRUE(read.baseline->violated_requests == run.baseline->violated_requests);
}

TEST_F(ResultReading, GivesTheDetailsOfSingleCells) {
  RunDetails const run(plan_, sums_);
  ResultReader const read(path_);

  for (std::uint64_t const cell : {0U, 5U, 9U}) {
    for (auto const quantity : {Quantity::cost_usd, Quantity::shed_share, Quantity::scale_ups}) {
      Estimate const a = run.quantity(quantity, cell), b = read.quantity(quantity, cell);
      EXPECT_EQ(a.mean, b.mean);
      EXPECT_EQ(a.std_error, b.std_error);
      EXPECT_EQ(a.low, b.low);
      EXPECT_EQ(a.high, b.high);
    }
    EXPECT_EQ(read.billed(cell).counts, run.billed(cell).counts);
    EXPECT_EQ(read.billed(cell).bins.exact_bits, run.billed(cell).bins.exact_bits);
    EXPECT_EQ(read.violated(cell).counts, run.violated(cell).counts);
  }
}

TEST_F(ResultReading, RefusesAFileThatLacksASum) {
  hid_t const file = H5Fopen(path_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  H5Ldelete(file, "product_billed_work_lo", H5P_DEFAULT);
  H5Fclose(file);

  EXPECT_NE(refusal().find("has no dataset product_billed_work_lo, needed by decisions"), std::string::npos);
  EXPECT_NE(refusal().find("run its sweep again"), std::string::npos);
}

TEST_F(ResultReading, RefusesAnOlderAndANewerFormat) {
  auto const set_version = [&](std::int64_t version) {
    hid_t const file = H5Fopen(path_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    hid_t const attribute = H5Aopen(file, "format_version", H5P_DEFAULT);
    H5Awrite(attribute, H5T_NATIVE_INT64, &version);
    H5Aclose(attribute);
    H5Fclose(file);
  };

  set_version(1);
  EXPECT_NE(refusal().find("has format 1, without the sums that decisions are made from"), std::string::npos);
  EXPECT_NO_THROW(open_result(path_));  // its story can still be told
  set_version(99);
  EXPECT_NE(refusal().find("has format 99, this fleetcast reads up to"), std::string::npos);
}

}  // namespace
}  // namespace fleetcast
