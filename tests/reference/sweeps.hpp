/// Small sweeps that lead the model into its corners; together with the golden sweeps every backend must meet the oracle on them.
#pragma once

#include <array>

namespace fleetcast::testing {

struct CornerSweep {
  char const* name;
  char const* toml;
};

inline constexpr std::array corner_sweeps{
    CornerSweep{"one cell, one realization, one tick", R"(
[sweep]
realizations = 1
minutes = 1
warmup_minutes = 0
)"},
    CornerSweep{"more realizations than any tile, boot times in registers and in memory", R"(
[sweep]
realizations = 150
minutes = 45
seed = 11
[workload]
requests_per_minute = 90
[autoscaler]
scale_up_at = 90000
scale_down_at = 40000
max_replicas = 9
[grid]
"service.startup_seconds" = [0, 1, 60, 61, 300, 360, 361, 420, 1800]
)"},
    CornerSweep{"everything is shed", R"(
[sweep]
realizations = 9
minutes = 90
seed = 12
[workload]
requests_per_minute = 3000
burst_cv = 3
[autoscaler]
min_replicas = 0
max_replicas = 2
step_down = 2
[sla]
latency_levels_ms = [100, 200, 300, 400, 500, 600, 700, 800]
[grid]
"service.max_backlog_seconds" = [0, 0.2, 5]
"service.ttft.base_ms" = [0, 220, 600]
)"},
    CornerSweep{"utilization over long windows, silent nights", R"(
[sweep]
realizations = 6
minutes = 600
warmup_minutes = 5
seed = 13
[workload]
requests_per_minute = 4
daily_amplitude = 1
daily_peak_hour = 3
[autoscaler]
signal = "utilization"
scale_up_at = 0.3
scale_down_at = 0.05
min_replicas = 0
max_replicas = 3
[grid]
"autoscaler.window_minutes" = [1, 7, 240]
"autoscaler.interval_minutes" = [1, 3, 60]
"autoscaler.cooldown_down_minutes" = [0, 1, 30]
)"},
    CornerSweep{"traffic on the axes, some of it contradictory", R"(
[sweep]
realizations = 12
minutes = 60
tick_seconds = 20
seed = 14
[workload]
requests_per_minute = 100
burst_cv = 0.4
[[workload.class]]
share = 0.5
[[workload.class]]
share = 0.5
[grid]
"workload.class.1.share" = [0.4, 0.5]
"workload.burst_seconds" = [20, 30, 60]
"workload.drift_log_sd" = [0, 1.5]
"autoscaler.max_replicas" = [1, 5]
"autoscaler.initial_replicas" = [-1, 3]
)"},
    CornerSweep{"token sums by binary digits, two classes, far above and below what is expected", R"(
[sweep]
realizations = 19
minutes = 200
seed = 16
[workload]
sampler = "compound"
requests_per_minute = 700
daily_amplitude = 1
drift_log_sd = 1.5
[[workload.class]]
share = 0.99
[[workload.class]]
share = 0.01
prompt = { median = 3000, sigma = 0.5, min = 0, max = 20000 }
completion = { median = 10, sigma = 0.3, min = 1, max = 100 }
[service]
startup_seconds = 120
[grid]
"autoscaler.scale_up_at" = [150000, 220000]
"autoscaler.scale_down_at" = [60000, 120000]
)"},
    CornerSweep{"token signal over thirty ticks, both billings, minutes objective", R"(
[sweep]
realizations = 8
minutes = 300
seed = 15
[workload]
requests_per_minute = 400
drift_log_sd = 0.6
[service]
ttft = { curve = "linear", base_ms = 80, slope_ms = 300 }
tpot = { curve = "linear", base_ms = 10, slope_ms = 20 }
[autoscaler]
signal = "tokens_per_minute"
scale_up_at = 500000
scale_down_at = 200000
window_minutes = 30
max_replicas = 6
[sla]
per = "minutes"
tpot_ms = 25
[grid]
"service.bill_startup" = [true, false]
"service.backlog" = [true, false]
"sla.objective" = [0.5, 0.9, 1]
"sla.ttft_ms" = [50, 200, 380, 900]
)"},
};

}  // namespace fleetcast::testing
