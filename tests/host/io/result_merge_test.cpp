#include "host/io/result_merge.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "host/config/error.hpp"
#include "host/engine/part.hpp"
#include "host/io/result_file.hpp"
#include "host/io/result_reader.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

using testing::plan_of;

/// Four scenarios, a baseline, contradictory cells.
constexpr char const* sweep = R"(
[sweep]
name = "merge test"
realizations = 61
minutes = 60
warmup_minutes = 10
[workload]
requests_per_minute = 200
drift_log_sd = 0.5
[autoscaler]
max_replicas = 8
[baseline]
"autoscaler.scale_up_at" = 90000
"autoscaler.scale_down_at" = 30000
[grid]
"workload.requests_per_minute" = [150, 250]
"workload.burst_cv" = [0, 0.3]
"autoscaler.scale_up_at" = [60000, 90000]
"autoscaler.scale_down_at" = [30000, 70000]
)";

class Merging : public ::testing::Test {
 protected:
  Merging() : crew_(plan_, {[](Plan const& plan) { return make_cpu_backend(plan, 1, "", 64ULL << 20); }}) {
    std::filesystem::create_directories(folder_);
  }
  ~Merging() override { std::filesystem::remove_all(folder_); }

  /// Runs a part and writes its result.
  ResultHeader written(Part part) { return written(plan_, part); }
  ResultHeader written(Plan const& plan, Part part) {
    RunState state(plan);
    run_part(plan, state, crew_, {}, part.span(plan.realizations));
    std::string const path = folder_ + "/" + part.file_stem("p") + ".h5";
    std::atomic<bool> const never{false};
    write_result(path, plan, state.sums, digest(plan, state.sums), never,
                 {.backend = "cpu", .device = "test", .stop_reason = "all realizations done", .part = part}, nullptr);
    return read_result_header(path);
  }
  std::vector<ResultHeader> all_of(std::uint32_t count) {
    std::vector<ResultHeader> parts;
    for (std::uint32_t number = 1; number <= count; ++number) parts.push_back(written({number, count}));
    return parts;
  }
  std::string undivided() {
    RunState state(plan_);
    run(plan_, state, crew_, {});
    return digest(plan_, state.sums).hex();
  }
  template <class Check>
  static std::string refusal(Check check) {
    try {
      check();
    } catch (Error const& error) {
      EXPECT_EQ(error.code(), ExitCode::bad_data);
      return error.what();
    }
    return "";
  }
  std::string incompleteness(std::vector<ResultHeader> const& parts) const {
    return refusal([&] { check_complete(parts, plan_); });
  }

  std::string folder_ = testing::temporary_path("merge");
  Plan plan_ = plan_of(sweep);
  LocalCrew crew_;
};

TEST_F(Merging, GivesTheDigestOfTheUndividedRun) {
  std::string const want = undivided();
  for (std::uint32_t const count : {1U, 2U, 5U}) {
    auto parts = all_of(count);
    std::reverse(parts.begin(), parts.end());
    check_same_run(parts);
    check_complete(parts, plan_);

    auto state = add_up(parts, plan_, [](std::size_t) { return true; });
    run(plan_, *state, crew_, {});

    EXPECT_EQ(digest(plan_, state->sums).hex(), want) << count << " parts";
    EXPECT_EQ(state->done.front().spans(), (std::vector<RealizationSpan>{{0, 61}}));
  }
}

TEST_F(Merging, TakesBandsFromThePartThatHasThem) {
  Plan const plan = plan_of(sweep, {"sweep.realizations=2001", "workload.requests_per_minute=5", "sweep.minutes=10", "sweep.warmup_minutes=0"});
  std::vector<ResultHeader> const parts{written(plan, {2, 2}), written(plan, {1, 2})};

  auto const state = add_up(parts, plan, [](std::size_t) { return true; });

  for (std::uint32_t s = 0; s < plan.scenarios.size(); ++s) EXPECT_TRUE(state->has_bands(s));
}

TEST_F(Merging, EndsBetweenPartsWhenAsked) {
  auto const parts = all_of(2);
  EXPECT_FALSE(add_up(parts, plan_, [](std::size_t part) { return part < 1; }));
}

TEST_F(Merging, RefusesHolesAndOverlapsNamingSpansAndFiles) {
  auto const five = all_of(5);
  auto const two = all_of(2);

  EXPECT_EQ(incompleteness(five), "");
  std::string const hole = incompleteness({five[0], five[2], five[3]});
  EXPECT_NE(hole.find("3 files: not every one of the sweep's 61 realizations is there once"), std::string::npos) << hole;
  EXPECT_NE(hole.find("no file has realizations 12 to 23, next after " + five[0].path), std::string::npos) << hole;
  EXPECT_NE(hole.find("just before " + five[2].path), std::string::npos) << hole;
  EXPECT_NE(hole.find("no file has realizations 48 to 60, next after " + five[3].path), std::string::npos) << hole;
  std::string const overlap = incompleteness({two[1], five[2], two[0]});
  EXPECT_NE(overlap.find(two[0].path + " and " + five[2].path + " both have realizations 24 to 29"), std::string::npos) << overlap;
  EXPECT_NE(overlap.find(five[2].path + " and " + two[1].path + " both have realizations 30 to 35"), std::string::npos) << overlap;
  EXPECT_NE(incompleteness({two[0], two[1], two[0]}).find("both have realizations 0 to 29"), std::string::npos);
  EXPECT_NE(incompleteness({two[0]}).find(two[0].path + ": not every one"), std::string::npos);
}

TEST_F(Merging, RefusesPartsOfOtherRuns) {
  ResultHeader const first = written({1, 2});
  auto const refused = [&](auto change) {
    ResultHeader other = first;
    change(other);
    return refusal([&] { check_same_run({first, other}); });
  };

  EXPECT_EQ(refused([](ResultHeader&) {}), "");
  std::string const other_sweep = refused([&](ResultHeader& h) { h.sweep = written(plan_of(sweep, {"sla.ttft_ms=300"}), {2, 2}).sweep; });
  EXPECT_NE(other_sweep.find("sla.ttft_ms is 300 there and 500 here"), std::string::npos) << other_sweep;
  EXPECT_NE(refused([](ResultHeader& h) { h.plan_hash[0] ^= 1; }).find("a file that their sweep names was changed"), std::string::npos);
  EXPECT_NE(refused([](ResultHeader& h) { h.fleetcast_version = "9.9.9"; }).find("was written by fleetcast 9.9.9"), std::string::npos);
  EXPECT_NE(refused([](ResultHeader& h) { h.git_sha = "0"; }).find("was written by fleetcast"), std::string::npos);
  EXPECT_NE(refused([](ResultHeader& h) { h.looked = true; }).find("it can't be a part"), std::string::npos);
}

TEST_F(Merging, PartsAreNoAnswersByThemselves) {
  std::string const path = written({2, 2}).path;

  EXPECT_NE(refusal([&] { ResultReader{path}; }).find("is part 2/2 of a sweep, which is no answer by itself"), std::string::npos);
}

}  // namespace
}  // namespace fleetcast
