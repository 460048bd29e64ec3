#include "coverage.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "host/config/toml_reader.hpp"
#include "tests/places.hpp"

namespace fleetcast {
namespace {

/// scripts/coverage in small: 200 repeats of 200 realizations against 50,000. The same seeds give the same counts everywhere.
CoverageStudy const& reduced_study() {
  static CoverageStudy const study = study_coverage(make_plan(read_sweep(testing::source_path("tests/bench/coverage.toml"), {})),
                                                    CoverageOptions{.truth_realizations = 50000, .repeats = 200, .realizations = {200}});
  return study;
}

double least(std::vector<double> const& shares) {
  double out = 1;
  for (double const share : shares)
    if (!std::isnan(share)) out = std::min(out, share);
  return out;
}

TEST(Coverage, OfEveryKindOfIntervalIsNearWhatItSays) {
  // 95% of 200 repeats has a standard error of 1.5%, the least of 20 cells lies up to three and more below; 86.5% leaves five and a half
  for (KindCoverage const& kind : reduced_study().kinds) {
    if (kind.promise == Promise::naive) continue;
    EXPECT_GE(least(kind.covered), 0.865) << kind.name;
  }
}

TEST(Coverage, RejectsMinutesTakenForTheSample) {
  for (KindCoverage const& kind : reduced_study().kinds) {
    if (kind.promise != Promise::naive) continue;
    auto const rejected = std::count_if(kind.covered.begin(), kind.covered.end(), [](double covered) { return covered < 0.865; });
    EXPECT_GT(rejected, 15) << "of " << kind.covered.size();
  }
}

TEST(Coverage, OfDecisionsIsThatOfAllTheirStatementsTogether) {
  for (DecisionCoverage const& d : reduced_study().decisions) {
    EXPECT_GE(d.met_intervals_hold, 0.95);
    EXPECT_GE(d.cost_bounds_hold, 0.95);
    EXPECT_GE(d.chosen_keeps_promise, 0.95);
    EXPECT_GE(d.cheapest_not_excluded, 0.95);
    EXPECT_GE(d.front_not_beaten, 0.95);
    EXPECT_EQ(d.chosen, 1);  // or all of these would be true of nothing
  }
}

TEST(Coverage, FindsTheWorkThatTheLawsDeclare) { EXPECT_LT(std::abs(reduced_study().expected_work_error), 5); }

}  // namespace
}  // namespace fleetcast
