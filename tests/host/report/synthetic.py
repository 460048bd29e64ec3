"""Folders as `fleetcast generate`, `replay` and `fit --report` write them, made with NumPy alone: input for tests of scripts/plot.

    python3 synthetic.py FOLDER [MINUTES]     writes FOLDER/generated, replayed and fitted, to look at
"""
import json
import math
import pathlib
import sys

import numpy as np

PROMPT, COMPLETION = (1020, 0.99, 1, 16384), (129, 0.86, 1, 4096)
RATE, AMPLITUDE, PEAK_HOUR = 300, 0.5, 15
PREFILL, DECODE = 8000, 1200
TTFT_BASE, TTFT_SLOPE, TTFT_LIMIT = 220, 300, 500
STARTUP_MINUTES, UP, DOWN, MAX_REPLICAS, HOUR_USD = 5, 220000, 120000, 12, 11.96

TIMELINE_HEADER = ("minute,requests,prompt_tokens,completion_tokens,ready,booting,billed,utilization,backlog_seconds,ttft_ms,tpot_ms,violated,"
                   "cost_usd,decision")

SWEEP = f"""# fleetcast 0.1.0 (synthetic)
[sweep]
name = "synthetic"
tick_seconds = 60
start_weekday = "monday"
seed = 1
[workload]
requests_per_minute = {RATE}
profile = ""
daily_amplitude = {AMPLITUDE}
daily_peak_hour = {PEAK_HOUR}
weekday_factors = []
[[workload.class]]
share = 1
pairs = ""
prompt.median = {PROMPT[0]}
prompt.sigma = {PROMPT[1]}
prompt.min = {PROMPT[2]}
prompt.max = {PROMPT[3]}
completion.median = {COMPLETION[0]}
completion.sigma = {COMPLETION[1]}
completion.min = {COMPLETION[2]}
completion.max = {COMPLETION[3]}
[service]
backlog = true
ttft.curve = "linear"
ttft.base_ms = {TTFT_BASE}
ttft.slope_ms = {TTFT_SLOPE}
tpot.curve = "none"
[autoscaler]
signal = "tokens_per_replica"
scale_up_at = {UP}
scale_down_at = {DOWN}
max_replicas = {MAX_REPLICAS}
[sla]
ttft_ms = {TTFT_LIMIT}
tpot_ms = 0
per = "requests"
objective = 0.99
[grid]
"""


def generated(folder, realizations=2, minutes=180, warmup=10, sweep=SWEEP):
    """requests-K.csv, minutes-K.csv and sweep.toml: daily curve, slow drift, Poisson arrivals, log-normal lengths."""
    folder.mkdir(parents=True, exist_ok=True)
    if sweep:
        (folder / "sweep.toml").write_text(sweep)
    for number in range(realizations):
        minute, counts, offsets, prompt, completion = _drawn(number, minutes, warmup)
        of = np.repeat(np.arange(minute.size), counts)
        time = (minute[of] + offsets) * 60
        np.savetxt(folder / f"requests-{number}.csv", np.column_stack([time, np.zeros_like(of), prompt, completion]),
                   fmt=("%.6f", "%d", "%d", "%d"), delimiter=",", header="time_s,class,prompt_tokens,completion_tokens", comments="")
        tokens = [np.bincount(of, lengths, minute.size) for lengths in (prompt, completion)]
        busiest = np.zeros((minute.size, 60), int)
        np.add.at(busiest, (of, (offsets * 60).astype(int)), 1)
        np.savetxt(folder / f"minutes-{number}.csv", np.column_stack([minute, counts, *tokens, sum(tokens), busiest.max(1)]), fmt="%d",
                   delimiter=",", header="minute,requests,prompt_tokens,completion_tokens,total_tokens,peak_requests_per_second", comments="")


def _drawn(number, minutes, warmup):
    """A realization: minutes, counts, and of each request its place in the minute and its lengths."""
    random = np.random.default_rng(number)
    minute = np.arange(-warmup, minutes)
    drift = np.zeros(minute.size)
    phi = 2 ** (-1 / 30)
    drift[0] = random.normal()
    for i in range(1, minute.size):
        drift[i] = phi * drift[i - 1] + math.sqrt(1 - phi * phi) * random.normal()
    rate = RATE * (1 + AMPLITUDE * np.cos(2 * np.pi * ((minute + 0.5) / 60 - PEAK_HOUR) / 24)) * np.exp(0.35 * drift - 0.35**2 / 2)
    counts = random.poisson(rate)
    total = counts.sum()
    prompt, completion = (np.clip(np.round(median * np.exp(sigma * random.normal(size=total))), least, most)
                          for median, sigma, least, most in (PROMPT, COMPLETION))
    return minute, counts, random.random(total), prompt, completion


def replayed(folder, minutes_file, sweep=SWEEP):
    """timeline.csv and sweep.toml of a small threshold autoscaler with boot time and backlog."""
    folder.mkdir(parents=True, exist_ok=True)
    if sweep:
        (folder / "sweep.toml").write_text(sweep)
    rows, wanted, cost, backlog = [], [2] * (STARTUP_MINUTES + 1), 0.0, 0.0
    for minute, requests, prompt, completion, *_ in np.loadtxt(minutes_file, delimiter=",", skiprows=1):
        ready = min(wanted[-STARTUP_MINUTES - 1:])
        load = prompt / PREFILL + completion / DECODE + backlog
        before, backlog = backlog, min(max(0.0, load - 60 * ready), 30.0 * ready)
        busy = load / (60 * ready)
        latency = max(TTFT_BASE + TTFT_SLOPE * min(busy, 1) + 1000 * backlog / ready,
                      TTFT_BASE + TTFT_SLOPE + 1000 * before / ready if before > 0 else 0)
        billed = wanted[-1] if minute >= 0 else 0
        cost += billed * HOUR_USD / 60
        up, down = prompt + completion > UP * wanted[-1], prompt + completion < DOWN * wanted[-1]
        step = min(MAX_REPLICAS, max(1, wanted[-1] + int(up) - int(down)))
        decision = f'"{"up" if up else "down"}, {wanted[-1]} to {step}"' if step != wanted[-1] else ""
        rows.append(f"{minute:g},{requests:g},{prompt:g},{completion:g},{ready},{wanted[-1] - ready},{billed},{busy:.6g},{backlog:.6g},"
                    f"{latency:.6g},,{int(latency > TTFT_LIMIT)},{cost:.6g},{decision}")
        wanted.append(step)
    (folder / "timeline.csv").write_text("\n".join([TIMELINE_HEADER, *rows, ""]))


def fitted(folder, bins=60, tokens=True):
    """fit.json and its tables, of no real fit."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(4)
    requests = random.poisson(300, (2, bins))
    prompt, completion = (requests * 1000, requests * 200) if tokens else (0 * requests, 0 * requests)
    band = [(prompt + completion).sum(0) / 2 * share for share in (0.6, 1, 1.6)]
    np.savetxt(folder / "fit-minutes.csv", np.column_stack([np.arange(bins), requests[0], prompt[0], completion[0], requests[1], prompt[1],
                                                            completion[1], *band]), fmt="%d", delimiter=",", comments="",
               header="minute,requests,prompt_tokens,completion_tokens,model_requests,model_prompt_tokens,model_completion_tokens,"
                      "model_tokens_low,model_tokens_median,model_tokens_high")
    rows = [f"autocorrelation,{lag},{0.8**lag},{0.7**lag - 0.2},{0.7**lag},{0.7**lag + 0.2}" for lag in range(1, 16)]
    rows += [f"dispersion,{window},{9 * window},{5 * window},{8 * window},{13 * window}" for window in range(1, 8)]
    (folder / "fit-structure.csv").write_text("\n".join(["quantity,minutes,trace,model_low,model_median,model_high", *rows, ""]))
    if tokens:
        shares = np.arange(1, 101) / 100
        rows = [f"{kind},{1000 * share:.0f},{share},{min(1, share * 1.02)}" for kind in ("prompt", "completion") for share in shares]
        (folder / "fit-lengths.csv").write_text("\n".join(["kind,tokens,trace,law", *rows, ""]))
    statistic = {"trace": 0.3, "model_mean": 0.28, "band90": [0.2, 0.4], "inside": True}
    names = [f"{what}_per_minute_{name}" for what in ("requests", "tokens", "work") for name in ("cv", "lag1", "dispersion_1min", "q50")]
    verdict = {name: dict(statistic) for name in names} | {"requests_per_minute_dispersion_15min": None}
    verdict["work_per_minute_cv"] |= {"trace": 0.9, "inside": False}
    verdict["empty_minutes_share"] = {"trace": 0, "model_mean": 0, "band90": [0, 0], "inside": True}
    length = {"trace_ks": 0.03, "held_out_blocks_ks": {"empirical": 0.02, "parametric": 0.03}}
    values = {"trace": "/somewhere/trace.csv", "requests": int(requests[0].sum()), "duration_minutes": bins,
              "parameters": {"workload.requests_per_minute": {"value": 300, "unit": "1/min", "std_error": 2, "low": 296, "high": 304},
                             "workload.burst_cv": {"value": 0, "unit": "", "std_error": 0.1, "low": 0, "high": 0.2},
                             "workload.drift_half_life_minutes": {"value": 9, "unit": "min", "std_error": 9, "low": 1, "high": 99},
                             "workload.drift_correlation.rate_prompt": {"value": -0.2, "unit": "", "std_error": 0.1, "low": -0.4, "high": 0}},
              "tokens_per_minute_cv": dict(statistic, poisson=0.07) if tokens else None, "in_sample": verdict, "verdict": verdict,
              "fitted_minutes": bins / 2, "judged_minutes": bins / 2}
    if tokens:
        values["lengths"] = {"law": "parametric", "prompt": length, "completion": length}
    (folder / "fit.json").write_text(json.dumps(values))


if __name__ == "__main__":
    home = pathlib.Path(sys.argv[1])
    generated(home / "generated", 3, int(sys.argv[2]) if len(sys.argv) > 2 else 1440, 60)
    replayed(home / "replayed", home / "generated/minutes-0.csv")
    fitted(home / "fitted")
