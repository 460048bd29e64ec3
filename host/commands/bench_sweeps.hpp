/// The sweeps that benchmarks measure tiles of: drawing and stepping, each by itself.
#pragma once

#include <array>

namespace fleetcast {

struct BenchSweep {
  char const* name;
  char const* toml;
  int cpu_realizations;  ///< of a tile
  int gpu_realizations;
};

/// One cell, so drawing is all there is to it: daily curve, drift, bursts and Poisson included. No warm-up: requests of the ledger
/// are all that are drawn.
inline constexpr BenchSweep drawing_sweep{"drawing", R"(
[sweep]
warmup_minutes = 0
[workload]
requests_per_minute = 1000
daily_amplitude = 0.5
drift_log_sd = 0.35
burst_cv = 0.08
)",
                                          64, 8192};

/// 4096 cells on a request a minute: the whole model with four latency levels and five boot ticks.
inline constexpr BenchSweep whole_model_sweep{"whole_model", R"(
[workload]
requests_per_minute = 1
[sla]
latency_levels_ms = [250, 500, 1000, 5000]
[autoscaler]
max_replicas = 64
[grid]
"autoscaler.scale_up_at" = { from = 120000, to = 300000, count = 64 }
"autoscaler.scale_down_at" = { from = 40000, to = 119000, count = 64 }
)",
                                              8, 1024};

/// 4096 cells, memoryless, instant, no cooldown, no levels.
inline constexpr BenchSweep classic_sweep{"classic", R"(
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
)",
                                          8, 1024};

inline constexpr std::array bench_sweeps{drawing_sweep, whole_model_sweep, classic_sweep};

}  // namespace fleetcast
