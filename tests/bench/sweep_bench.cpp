// Rates of whole tiles, drawing and stepping each by itself: requests per second and policy steps per second.
// CPU rates are of one core. Run: build/fleetcast_bench [--benchmark_filter=REGEX]
#include <benchmark/benchmark.h>

#include "tests/support.hpp"

namespace fleetcast {
namespace {

// one cell, so drawing is all there is to it: drift, bursts and Poisson included
constexpr char const* drawing = R"(
[sweep]
realizations = 64
[workload]
requests_per_minute = 1000
daily_amplitude = 0.5
drift_log_sd = 0.35
burst_cv = 0.08
)";

// 4096 cells on a request a minute: the whole model with four latency levels and five boot ticks
constexpr char const* whole_model = R"(
[sweep]
realizations = 8
[workload]
requests_per_minute = 1
[sla]
latency_levels_ms = [250, 500, 1000, 5000]
[autoscaler]
max_replicas = 64
[grid]
"autoscaler.scale_up_at" = { from = 120000, to = 300000, count = 64 }
"autoscaler.scale_down_at" = { from = 40000, to = 119000, count = 64 }
)";

// memoryless, instant, no cooldown, no levels
constexpr char const* classic = R"(
[sweep]
realizations = 8
[workload]
requests_per_minute = 1
[service]
backlog = false
startup_seconds = 0
ttft = { curve = "linear", base_ms = 100, slope_ms = 700 }
[autoscaler]
signal = "tokens_per_minute"
cooldown_up_minutes = 0
cooldown_down_minutes = 0
[grid]
"autoscaler.scale_up_at" = { from = 120000, to = 300000, count = 64 }
"autoscaler.scale_down_at" = { from = 40000, to = 119000, count = 64 }
)";

using MakeBackend = std::unique_ptr<Backend> (*)(Plan const&);

std::unique_ptr<Backend> one_core(Plan const& plan) { return make_cpu_backend(plan, 1, "", 256ULL << 20); }
std::unique_ptr<Backend> gpu(Plan const& plan) { return make_cuda_backend(plan, 768ULL << 20); }

void run_tiles(benchmark::State& state, char const* toml, MakeBackend make, int realizations) {
  Plan const plan = testing::plan_of(toml, {"sweep.realizations=" + std::to_string(realizations)});
  auto const backend = make(plan);
  CellSums sums(plan);
  backend->begin_scenario(0, sums);
  std::atomic<bool> const never{false};
  std::uint32_t const rows = std::min(backend->tile_realizations(), plan.realizations);
  double requests = 0;
  double steps = 0;
  for (auto _ : state) {
    backend->run_tile({0, 0, rows}, never, nullptr);
    for (auto const& totals : backend->totals().totals) requests += static_cast<double>(totals.requests);
    steps += static_cast<double>(plan.table.slots) * plan.total_ticks() * rows;
  }
  state.counters["requests"] = benchmark::Counter(requests, benchmark::Counter::kIsRate);
  state.counters["steps"] = benchmark::Counter(steps, benchmark::Counter::kIsRate);
  state.SetLabel(backend->device());
}

void register_benchmarks() {
  struct Case {
    char const* name;
    char const* toml;
    int cpu_realizations;
    int gpu_realizations;
  };
  bool const has_gpu = !cuda_devices().empty();
  for (Case const& c :
       {Case{"requests_drawn", drawing, 64, 8192}, Case{"whole_model_steps", whole_model, 8, 1024}, Case{"classic_steps", classic, 8, 1024}}) {
    benchmark::RegisterBenchmark((std::string("cpu/") + c.name).c_str(), run_tiles, c.toml, one_core, c.cpu_realizations)
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
    if (has_gpu)
      benchmark::RegisterBenchmark((std::string("gpu/") + c.name).c_str(), run_tiles, c.toml, gpu, c.gpu_realizations)
          ->Unit(benchmark::kMillisecond)
          ->UseRealTime();
  }
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
