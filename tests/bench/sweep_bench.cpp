// Rates of whole tiles, drawing and stepping each by itself: requests per second and policy steps per second.
// CPU rates are of one core. Run: build/fleetcast_bench [--benchmark_filter=REGEX]
#include <benchmark/benchmark.h>

#include "host/commands/bench_sweeps.hpp"
#include "tests/support.hpp"

namespace fleetcast {
namespace {

using MakeBackend = std::unique_ptr<Backend> (*)(Plan const&);

std::unique_ptr<Backend> one_core(Plan const& plan) { return make_cpu_backend(plan, 1, "", 256ULL << 20); }
std::unique_ptr<Backend> gpu(Plan const& plan) { return make_cuda_backend(plan, 768ULL << 20); }
/// Every request written to memory and summed with thrust::reduce_by_key.
std::unique_ptr<Backend> gpu_plainly(Plan const& plan) { return make_cuda_backend(plan, 768ULL << 20, 0, TokenPath::plain); }

void run_tiles(benchmark::State& state, char const* toml, MakeBackend make, int realizations) {
  Plan const plan = testing::plan_of(toml, {"sweep.realizations=" + std::to_string(realizations)});
  auto const backend = make(plan);
  CellSums sums(plan);
  backend->begin_scenario(0, sums, nullptr);
  std::uint32_t const rows = std::min(backend->tile_realizations(), plan.realizations);
  double requests = 0;
  double steps = 0;
  for (auto _ : state) {
    backend->run_tile({0, 0, rows}, nullptr);
    for (auto const& totals : backend->totals().totals) requests += static_cast<double>(totals.requests);
    steps += static_cast<double>(plan.table.slots) * plan.total_ticks() * rows;
  }
  state.counters["requests"] = benchmark::Counter(requests, benchmark::Counter::kIsRate);
  state.counters["steps"] = benchmark::Counter(steps, benchmark::Counter::kIsRate);
  state.SetLabel(backend->device());
}

void register_benchmarks() {
  auto const add = [](std::string const& name, BenchSweep const& sweep, MakeBackend make, int realizations) {
    benchmark::RegisterBenchmark(name.c_str(), run_tiles, sweep.toml, make, realizations)->Unit(benchmark::kMillisecond)->UseRealTime();
  };
  bool const has_gpu = !cuda_devices().empty();
  for (BenchSweep const& sweep : bench_sweeps) {
    add(std::string("cpu/") + sweep.name, sweep, one_core, sweep.cpu_realizations);
    if (has_gpu) add(std::string("gpu/") + sweep.name, sweep, gpu, sweep.gpu_realizations);
  }
  if (has_gpu) add(std::string("gpu/plain/") + drawing_sweep.name, drawing_sweep, gpu_plainly, drawing_sweep.gpu_realizations);
}

}  // namespace
}  // namespace fleetcast

int main(int argc, char** argv) {
  fleetcast::register_benchmarks();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 64;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
