// The Thrust parts of the GPU backend, compiled for Thrust's OpenMP system, against the model.
#include <gtest/gtest.h>
#include <thrust/system/omp/execution_policy.h>

#include "cuda/engine/arrival_bodies.cuh"
#include "cuda/engine/band_reduction.cuh"
#include "cuda/engine/plain_path.cuh"
#include "grid_backend.hpp"
#include "host/commands/golden_sweeps.hpp"
#include "tests/reference/sweeps.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

using testing::GridBackend;
using testing::plan_of;

/// A backend that has run one tile of a plan's first runnable scenario.
std::unique_ptr<GridBackend> after_one_tile(Plan const& plan, SweepSums& sums, std::uint32_t realizations) {
  auto backend = std::make_unique<GridBackend>(plan, realizations, plan.table.slots);
  std::uint32_t scenario = 0;
  while (!plan.scenarios[scenario].problem.empty()) ++scenario;
  backend->begin_scenario(scenario, sums.cells[scenario]);
  std::atomic<bool> const never{false};
  backend->run_tile({scenario, 0, realizations}, never, nullptr);
  return backend;
}

TEST(PlainPath, SumsWhatTheFusedBodySums) {
  for (auto const& sweep : golden_sweeps) {
    Plan const plan = plan_of(sweep.toml);
    if (plan.config.workload.sampler != "request") continue;  // there are no requests to write down
    SweepSums sums(plan);
    std::uint32_t const rows = std::min(plan.realizations, 5U);
    auto const backend = after_one_tile(plan, sums, rows);
    DemandView demand = backend->demand();
    std::size_t const cells = static_cast<std::size_t>(rows) * demand.ticks;
    std::vector<std::uint64_t> prompt(cells), completion(cells);
    demand.prompt_tokens = prompt.data();
    demand.completion_tokens = completion.data();

    // a stretch of a prime number of requests, so that stretches end within cells
    sum_tokens_plainly(thrust::omp::par, backend->traffic(), 0, rows, demand, 1009);

    ScaleLengths const scale{backend->traffic(), 0, rows, demand};
    for (std::uint64_t row = 0; row < scale.count(); ++row) scale(row);

    DemandView const expected = backend->demand();
    EXPECT_TRUE(std::equal(prompt.begin(), prompt.end(), expected.prompt_tokens)) << sweep.name;
    EXPECT_TRUE(std::equal(completion.begin(), completion.end(), expected.completion_tokens)) << sweep.name;
  }
}

TEST(BandReduction, GivesSumsAndOrderStatisticsOfTheCollector) {
  for (auto const& sweep : golden_sweeps) {
    Plan const plan = plan_of(sweep.toml);
    SweepSums sums(plan);
    auto const backend = after_one_tile(plan, sums, plan.realizations);
    std::vector<std::uint64_t> values = backend->band_values();
    std::vector<std::uint32_t> ranks;
    for (double const q : plan.config.sweep.quantiles) ranks.push_back(static_cast<std::uint32_t>(quantile_rank(q, plan.band_realizations)));
    thrust::device_vector<std::uint32_t> const device_ranks(ranks.begin(), ranks.end());
    thrust::device_vector<std::uint64_t> got_sums, got_quantiles;

    reduce_bands(thrust::omp::par, values.data(), 3 * plan.band_blocks, plan.band_blocks, plan.band_realizations, device_ranks, got_sums,
                 got_quantiles);

    Bands const expected = backend->end_scenario();
    EXPECT_TRUE(std::equal(got_sums.begin(), got_sums.end(), expected.sums.begin())) << sweep.name;
    EXPECT_TRUE(std::equal(got_quantiles.begin(), got_quantiles.end(), expected.quantiles.begin())) << sweep.name;
  }
}

}  // namespace
}  // namespace fleetcast
