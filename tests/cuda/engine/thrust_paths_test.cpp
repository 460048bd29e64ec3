// The Thrust parts of the GPU backend, compiled for Thrust's OpenMP system, against the model.
#include <gtest/gtest.h>
#include <thrust/system/omp/execution_policy.h>

#include "cuda/engine/arrival_bodies.cuh"
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
  backend->begin_scenario(scenario, sums.cells[scenario], nullptr);
  backend->run_tile({scenario, 0, realizations}, nullptr);
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

}  // namespace
}  // namespace fleetcast
