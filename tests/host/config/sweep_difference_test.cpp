#include "host/config/sweep_difference.hpp"

#include <gtest/gtest.h>

#include "host/config/toml_reader.hpp"

namespace fleetcast {
namespace {

constexpr char const* sweep = R"(
[sla]
ttft_ms = 500
[baseline]
"autoscaler.scale_up_at" = 60000
[grid]
"autoscaler.scale_up_at" = [60000, 90000]
)";

std::string differences(std::vector<std::string> const& overrides, std::string const& more = "") {
  return listed(differing_keys(parse_sweep(sweep, "a.toml", {}), parse_sweep(sweep + more, "b.toml", overrides)));
}

TEST(SweepDifference, IsNothingBetweenASweepAndItself) { EXPECT_EQ(differences({}), ""); }

TEST(SweepDifference, NamesKeysWithTheirValues) {
  EXPECT_EQ(differences({"sla.ttft_ms=300", "sweep.seed=7"}), "sweep.seed (2026, 7), sla.ttft_ms (500, 300)");
}

TEST(SweepDifference, NamesAxesAndBaselines) {
  EXPECT_EQ(differences({"baseline.autoscaler.scale_up_at=90000"}, "\"autoscaler.scale_down_at\" = [1, 2]\n"),
            "baseline.autoscaler.scale_up_at (60000, 90000), grid.autoscaler.scale_down_at (none, [1, 2])");
}

TEST(SweepDifference, NamesKeysThatOneSweepAloneHas) {
  std::string const drift = "\n[[workload.drift]]\nlog_sd = 0.2\nhalf_life_minutes = 60\n";
  EXPECT_EQ(differences({}, drift), "workload.drift.0.log_sd (none, 0.2), workload.drift.0.half_life_minutes (none, 60)");
}

TEST(SweepDifference, LeavesLongValuesOut) {
  EXPECT_EQ(differences({"sla.latency_levels_ms=[100, 200, 300, 400, 500, 600, 700, 800]"}), "sla.latency_levels_ms");
}

}  // namespace
}  // namespace fleetcast
