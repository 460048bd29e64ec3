#include "host/config/sweep_difference.hpp"

#include <gtest/gtest.h>

#include "host/config/keys.hpp"
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
  auto const resolved = [](SweepConfig const& config) { return resolved_toml(config); };
  return differences_text(
      sweep_differences(resolved(parse_sweep(sweep, "a.toml", {})), "a.h5", resolved(parse_sweep(sweep + more, "b.toml", overrides))));
}

TEST(SweepDifference, IsNothingBetweenASweepAndItself) { EXPECT_EQ(differences({}), ""); }

TEST(SweepDifference, NamesKeysWithTheirValues) {
  EXPECT_EQ(differences({"sla.ttft_ms=300", "sweep.seed=7"}), "sla.ttft_ms is 500 there and 300 here, sweep.seed is 1 there and 7 here");
}

TEST(SweepDifference, NamesAxesAndBaselines) {
  EXPECT_EQ(differences({"baseline.autoscaler.scale_up_at=90000"}, "\"autoscaler.scale_down_at\" = [1, 2]\n"),
            "baseline.autoscaler.scale_up_at is 60000 there and 90000 here, grid.autoscaler.scale_down_at is absent there and [1, 2] here");
}

TEST(SweepDifference, NamesKeysThatOneSweepAloneHas) {
  std::string const drift = "\n[[workload.drift]]\nlog_sd = 0.2\nhalf_life_minutes = 60\n";
  EXPECT_EQ(differences({}, drift),
            "workload.drift.0.half_life_minutes is absent there and 60 here, workload.drift.0.log_sd is absent there and 0.2 here");
}

TEST(SweepDifference, CutsLongValuesAndLongLists) {
  EXPECT_EQ(differences({"sweep.name=" + std::string(70, 'x')}), "sweep.name is 'sweep' there and '" + std::string(59, 'x') + "… here");
  EXPECT_TRUE(differences({"sweep.seed=7", "sweep.realizations=7", "sweep.days=7", "sla.ttft_ms=300", "sla.objective=0.9", "sweep.name=a",
                           "autoscaler.max_replicas=7", "autoscaler.min_replicas=2", "price.gpu_hour_usd=1"})
                  .ends_with(" and 1 more keys"));
}

}  // namespace
}  // namespace fleetcast
