// What a checkpoint costs: writing one to disk (FLEETCAST_BENCH_FOLDER, or the folder of temporary files), and finding and loading it.
// Run: build/fleetcast_checkpoint_bench
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>

#include "host/config/toml_reader.hpp"
#include "host/io/checkpoint.hpp"
#include "tests/places.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

std::string output() {
  char const* const folder = std::getenv("FLEETCAST_BENCH_FOLDER");
  std::filesystem::path const file = testing::temporary_path("bench-checkpoint");
  return folder == nullptr ? file.string() : (folder / file.filename()).string();
}

/// A sweep, and the state of its first realizations.
struct Started {
  Plan plan;
  RunState state;
};

Started started(std::vector<std::string> overrides, int realizations) {
  overrides.push_back("sweep.realizations=" + std::to_string(realizations));
  Plan plan = make_plan(read_sweep(testing::source_path("sweeps/baseline.toml"), overrides));
  RunState state(plan);
  LocalCrew crew(plan, {[](Plan const& p) { return make_cpu_backend(p, 0, "", 256ULL << 20); }});
  run(plan, state, crew, {});
  return {std::move(plan), std::move(state)};
}

Started baseline() { return started({}, 1000); }
Started million_cells() {
  return started(
      {"grid.autoscaler.scale_up_at={from=120000,to=300000,count=1000}", "grid.autoscaler.scale_down_at={from=40000,to=220000,count=1000}"}, 5);
}

void save(benchmark::State& state, Started (*start)()) {
  Started const run = start();
  CheckpointPair pair(output());
  SavedCheckpoint saved;
  for (auto _ : state) saved = pair.save(run.plan, run.state);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(saved.bytes));
  state.counters["MB"] = static_cast<double>(saved.bytes) / 1e6;
  pair.remove();
}

void restart(benchmark::State& state, Started (*start)()) {
  Started const run = start();
  CheckpointPair saved(output());
  for (int generation = 0; generation < 2; ++generation) saved.save(run.plan, run.state);
  for (auto _ : state) benchmark::DoNotOptimize(CheckpointPair::load(*CheckpointPair(output()).find(), run.plan));
  saved.remove();
}

BENCHMARK_CAPTURE(save, baseline, baseline)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(restart, baseline, baseline)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(save, million_cells, million_cells)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(restart, million_cells, million_cells)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace fleetcast

BENCHMARK_MAIN();
