/// Small sweeps that together touch every feature of the model, and the digests they must give anywhere.
#pragma once

#include <array>

namespace fleetcast {

struct GoldenSweep {
  char const* name;
  char const* toml;
  char const* digest;
};

// A digest here changes only with the model itself, and then plan.cpp's model_version changes too.
inline constexpr std::array golden_sweeps{
    GoldenSweep{"replica-signal", R"(
[sweep]
name = "replica-signal"
realizations = 37
minutes = 360
seed = 1
[workload]
requests_per_minute = 300
daily_amplitude = 0.6
drift_log_sd = 0.35
burst_cv = 0.2
[service]
startup_seconds = 120
[autoscaler]
max_replicas = 24
[sla]
latency_levels_ms = [250, 500, 1000, 5000]
[grid]
"autoscaler.scale_up_at" = { from = 60000, to = 300000, count = 7 }
"autoscaler.scale_down_at" = { from = 20000, to = 200000, count = 7 }
)",
                "a414ce9307a94f42122d4bd2c01158a1"},
    GoldenSweep{"classic", R"(
[sweep]
name = "classic"
realizations = 21
minutes = 240
warmup_minutes = 0
seed = 2
[workload]
requests_per_minute = 60
[[workload.class]]
share = 0.7
prompt = { median = 400, sigma = 0.7, min = 8, max = 4096 }
completion = { median = 90, sigma = 0.8, min = 1, max = 2048 }
[[workload.class]]
share = 0.3
prompt = { median = 3000, sigma = 0.4, min = 1, max = 16384 }
completion = { median = 20, sigma = 1.1, min = 0, max = 1024 }
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
[sla]
per = "minutes"
objective = 0.95
latency_levels_ms = [200, 700]
[grid]
"autoscaler.scale_up_at" = [60000, 90000, 120000]
"autoscaler.scale_down_at" = [30000, 50000, 70000]
"service.bill_startup" = [true, false]
)",
                "406850882c8711091dd825e3792d5c7d"},
    GoldenSweep{"utilization", R"(
[sweep]
name = "utilization"
realizations = 19
minutes = 180
tick_seconds = 10
warmup_minutes = 20
seed = 3
[workload]
requests_per_minute = 240
drift_log_sd = 0.5
drift_half_life_minutes = 7
burst_cv = 1.6
burst_seconds = 30
[service]
startup_seconds = 95
max_backlog_seconds = 12
tpot = { curve = "linear", base_ms = 20, slope_ms = 40 }
[autoscaler]
signal = "utilization"
min_replicas = 1
max_replicas = 20
step_up = 3
step_down = 2
window_minutes = 2.5
interval_minutes = 0.5
[sla]
ttft_ms = 800
tpot_ms = 55
[grid]
"autoscaler.scale_up_at" = [0.6, 0.8, 1.1]
"autoscaler.scale_down_at" = [0.2, 0.5, 0.9]
"workload.requests_per_minute" = [2, 240]
)",
                "3c569174d03ab49e322206a4aa189425"},
    GoldenSweep{"week", R"(
[sweep]
name = "week"
realizations = 5
days = 7
tick_seconds = 300
start_weekday = "saturday"
seed = 4
[workload]
requests_per_minute = 3
daily_amplitude = 0.9
weekday_factors = [1, 1, 1.1, 1.1, 1, 0.4, 0.3]
burst_cv = 0.5
burst_seconds = 900
[service]
startup_seconds = 900
[autoscaler]
initial_replicas = 2
min_replicas = 1
max_replicas = 4
scale_down_at = 1500
window_minutes = 30
interval_minutes = 15
cooldown_up_minutes = 10
cooldown_down_minutes = 60
[baseline]
"autoscaler.scale_up_at" = 5000
"service.startup_seconds" = 900
"autoscaler.min_replicas" = 1
"sla.ttft_ms" = 500
[grid]
"autoscaler.scale_up_at" = [3000, 5000]
"service.startup_seconds" = [0, 300, 900, 2700]
"autoscaler.min_replicas" = [0, 1, 2, 3]
"sla.ttft_ms" = [240, 500]
)",
                "5346214adf4029b3dd0b301626a620c0"},
    GoldenSweep{"compound", R"(
[sweep]
name = "compound"
realizations = 35
minutes = 240
seed = 5
[workload]
sampler = "compound"
requests_per_minute = 900
drift_log_sd = 0.8
burst_cv = 0.3
[[workload.class]]
share = 0.97
[[workload.class]]
share = 0.03
prompt = { median = 4000, sigma = 0.6, min = 10, max = 32768 }
completion = { median = 300, sigma = 0.4, min = 0, max = 2048 }
[sla]
latency_levels_ms = [300, 1000]
[grid]
"autoscaler.scale_up_at" = [150000, 220000, 280000]
"autoscaler.scale_down_at" = [60000, 120000, 200000]
)",
                "c1a8f03c8300333d099d50e2d4fd0503"},
    GoldenSweep{"uneven", R"(
[sweep]
name = "uneven"
realizations = 33
minutes = 300
tick_seconds = 30
seed = 6
[workload]
requests_per_minute = 150
daily_amplitude = 0.4
burst_cv = 0.4
silence_share = 0.15
silence_seconds = 240
prompt_drift_log_sd = 0.2
completion_drift_log_sd = 0.3
completion_drift_half_life_minutes = 90
[workload.drift_correlation]
rate_prompt = 0.4
rate_completion = -0.6
prompt_completion = -0.3
[[workload.drift]]
log_sd = 0.3
half_life_minutes = 12
[[workload.drift]]
log_sd = 0.2
half_life_minutes = inf
[[workload.class]]
share = 0.8
rank_correlation = 0.4
prompt = { min = 1, max = 16384, mixture = [{ weight = 4, median = 250, sigma = 0.9 }, { weight = 1, median = 4000, sigma = 0.4 }] }
[[workload.class]]
share = 0.2
completion = { min = 0, max = 2048, mixture = [{ weight = 1, median = 15, sigma = 0.9 }, { weight = 1, median = 400, sigma = 0.5 }] }
[autoscaler]
scale_up_at = 40000
max_replicas = 20
[sla]
latency_levels_ms = [300, 1000]
[baseline]
"autoscaler.drain_seconds" = 90
"autoscaler.scale_down_at" = 20000
[grid]
"autoscaler.drain_seconds" = [0, 90]
"autoscaler.scale_down_at" = [10000, 20000, 30000]
"workload.class.0.rank_correlation" = [-0.4, 0.4]
)",
                "84d9dabbb93d263542cc47170daf4ac4"},
};

}  // namespace fleetcast
