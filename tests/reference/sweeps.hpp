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
    CornerSweep{"three scales of drift, silences, drifting lengths that move with the rate, paired lengths", R"(
[sweep]
realizations = 21
minutes = 200
warmup_minutes = 30
tick_seconds = 30
seed = 17
[workload]
requests_per_minute = 120
burst_cv = 0.6
burst_seconds = 90
silence_share = 0.3
silence_seconds = 200
prompt_drift_log_sd = 0.25
completion_drift_log_sd = 0.4
completion_drift_half_life_minutes = 7
[workload.drift_correlation]
rate_prompt = 0.5
rate_completion = -0.7
prompt_completion = -0.4
[[workload.drift]]
log_sd = 0.3
half_life_minutes = 10
[[workload.drift]]
log_sd = 0.2
half_life_minutes = 0.5
[[workload.drift]]
log_sd = 0.4
half_life_minutes = inf
[[workload.class]]
share = 0.7
rank_correlation = -0.5
prompt = { min = 1, max = 16384, mixture = [{ weight = 3, median = 200, sigma = 0.6 }, { weight = 1, median = 4000, sigma = 0.3 }] }
[[workload.class]]
share = 0.3
[autoscaler]
scale_up_at = 40000
scale_down_at = 20000
[grid]
"workload.silence_share" = [0, 0.3]
"autoscaler.max_replicas" = [2, 8]
)"},
    CornerSweep{"compound sums under drifting lengths, one of them constant", R"(
[sweep]
realizations = 40
minutes = 100
seed = 18
[workload]
sampler = "compound"
requests_per_minute = 500
completion_drift_log_sd = 0.5
completion_drift_half_life_minutes = inf
[[workload.class]]
rank_correlation = 0.6
[autoscaler]
scale_up_at = 150000
scale_down_at = 80000
)"},
    CornerSweep{"replicas that drain, for longer than the warm-up and than the run", R"(
[sweep]
realizations = 40
minutes = 70
warmup_minutes = 9
seed = 19
[workload]
requests_per_minute = 300
burst_cv = 0.7
drift_log_sd = 0.5
[autoscaler]
scale_up_at = 70000
scale_down_at = 50000
min_replicas = 0
max_replicas = 12
cooldown_down_minutes = 1
[grid]
"autoscaler.drain_seconds" = [0, 1, 60, 420, 600, 7200]
"autoscaler.step_down" = [1, 5]
"service.bill_startup" = [true, false]
"service.startup_seconds" = [0, 180]
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
    // more than 16 policies a group, so that a device walks four of them in a thread: each kind of walk, with and without levels
    CornerSweep{"many classic policies", R"(
[sweep]
realizations = 21
minutes = 240
warmup_minutes = 0
seed = 20
[workload]
requests_per_minute = 60
[service]
startup_seconds = 0
backlog = false
ttft = { curve = "linear", base_ms = 100, slope_ms = 700 }
[autoscaler]
signal = "tokens_per_minute"
min_replicas = 0
max_replicas = 12
cooldown_up_minutes = 0
cooldown_down_minutes = 0
[grid]
"autoscaler.scale_up_at" = { from = 60000, to = 120000, count = 5 }
"autoscaler.scale_down_at" = { from = 20000, to = 50000, count = 5 }
)"},
    CornerSweep{"many classic policies, eight levels", R"(
[sweep]
realizations = 9
minutes = 240
warmup_minutes = 0
seed = 21
[workload]
requests_per_minute = 60
[service]
startup_seconds = 0
backlog = false
ttft = { curve = "linear", base_ms = 100, slope_ms = 700 }
[sla]
latency_levels_ms = [100, 200, 300, 400, 500, 600, 700, 800]
[autoscaler]
signal = "tokens_per_minute"
min_replicas = 0
max_replicas = 12
cooldown_up_minutes = 0
cooldown_down_minutes = 0
[grid]
"autoscaler.scale_up_at" = { from = 60000, to = 120000, count = 5 }
"autoscaler.scale_down_at" = { from = 20000, to = 50000, count = 5 }
)"},
    CornerSweep{"many policies of the whole model, boot times in registers and in memory", R"(
[sweep]
realizations = 9
minutes = 200
seed = 22
[workload]
requests_per_minute = 300
[autoscaler]
max_replicas = 24
[sla]
latency_levels_ms = []
[grid]
"autoscaler.scale_up_at" = { from = 60000, to = 120000, count = 5 }
"autoscaler.scale_down_at" = { from = 20000, to = 50000, count = 5 }
"service.startup_seconds" = [0, 60, 120, 180, 240, 300, 360, 420, 1800]
)"},
    CornerSweep{"many policies of the whole model, eight levels", R"(
[sweep]
realizations = 9
minutes = 200
seed = 23
[workload]
requests_per_minute = 300
[autoscaler]
max_replicas = 24
[sla]
latency_levels_ms = [100, 200, 300, 400, 500, 600, 700, 800]
[grid]
"autoscaler.scale_up_at" = { from = 60000, to = 120000, count = 5 }
"autoscaler.scale_down_at" = { from = 20000, to = 50000, count = 5 }
"service.startup_seconds" = [0, 60, 120, 180, 240, 300, 360, 420, 1800]
)"},
    CornerSweep{"many policies on utilization that drain and take large steps, four levels", R"(
[sweep]
realizations = 9
minutes = 200
seed = 24
[workload]
requests_per_minute = 300
drift_log_sd = 0.4
[autoscaler]
signal = "utilization"
min_replicas = 0
max_replicas = 24
step_up = 3
step_down = 2
window_minutes = 7
interval_minutes = 3
[sla]
latency_levels_ms = [250, 500, 1000, 5000]
[grid]
"autoscaler.scale_up_at" = { from = 0.6, to = 1.2, count = 5 }
"autoscaler.scale_down_at" = { from = 0.1, to = 0.5, count = 5 }
"service.startup_seconds" = [0, 60, 420]
"autoscaler.drain_seconds" = [0, 300]
"service.bill_startup" = [true, false]
)"},
    CornerSweep{"many policies on tokens of some minutes that drain, eight levels", R"(
[sweep]
realizations = 9
minutes = 200
seed = 25
[workload]
requests_per_minute = 300
drift_log_sd = 0.4
[autoscaler]
signal = "tokens_per_minute"
min_replicas = 0
max_replicas = 24
window_minutes = 7
interval_minutes = 3
[sla]
latency_levels_ms = [100, 200, 300, 400, 500, 600, 700, 800]
[grid]
"autoscaler.scale_up_at" = { from = 300000, to = 500000, count = 5 }
"autoscaler.scale_down_at" = { from = 100000, to = 200000, count = 5 }
"service.startup_seconds" = [0, 60, 420]
"autoscaler.drain_seconds" = [0, 300]
)"},
    // a device stages tables of two and of four bytes a length, or none of pairs, and gives a tick 1, 4 or 32 threads by its requests
    CornerSweep{"long lengths of few, some and many requests a tick", R"(
[sweep]
realizations = 9
minutes = 60
seed = 26
[workload]
requests_per_minute = 1000
[[workload.class]]
share = 0.01
prompt = { median = 3000, sigma = 0.9, min = 1, max = 131072 }
[[workload.class]]
share = 0.1
prompt = { median = 3000, sigma = 0.9, min = 1, max = 131072 }
[[workload.class]]
share = 0.89
prompt = { median = 3000, sigma = 0.9, min = 1, max = 131072 }
)"},
    CornerSweep{"paired lengths of few, some and many requests a tick", R"(
[sweep]
realizations = 9
minutes = 60
seed = 27
[workload]
requests_per_minute = 1000
[[workload.class]]
share = 0.01
rank_correlation = 0.5
[[workload.class]]
share = 0.1
rank_correlation = -0.5
[[workload.class]]
share = 0.89
rank_correlation = 0.3
)"},
};

}  // namespace fleetcast::testing
