"""Whether a peer does the same work: its means beside fleetcast's, on traffic that each draws for itself, and its ledgers beside
another peer's, on the same traffic.
"""

import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

import h5py
import numpy as np

from .measure import FLEETCAST

LIMIT = 4.0  # standard errors of the difference
TICKS, SIDE = 240, 8
LEDGER_REALIZATIONS = 8
ROUNDING = 1e-5  # of seconds, which some peers add up in float32; all else counts whole numbers
ENTRIES = ("billed_replica_ticks", "violated_ticks", "violated_requests", "scale_ups", "scale_downs", "peak_replicas", "ticks_at_max",
           "longest_violated_ticks")
TOTALS = ("requests", "prompt_tokens", "completion_tokens")  # of the traffic
SWEEP = """
[sweep]
realizations = {realizations}
minutes = {ticks}
warmup_minutes = 0
[workload]
requests_per_minute = 1000
daily_amplitude = 0.5
drift_log_sd = 0.35
burst_cv = 0.08
[grid]
"autoscaler.scale_up_at" = {{ from = 120000, to = 300000, count = {side} }}
"autoscaler.scale_down_at" = {{ from = 40000, to = 119000, count = {side} }}
"""
SETTINGS = {
    "whole model": ("sla.latency_levels_ms=[250, 500, 1000, 5000]",),
    "classic": ("service.backlog=false", "service.startup_seconds=0", "service.ttft.curve=linear", "service.ttft.base_ms=100",
                "service.ttft.slope_ms=700", "autoscaler.signal=tokens_per_minute", "autoscaler.cooldown_up_minutes=0",
                "autoscaler.cooldown_down_minutes=0"),
}


@lru_cache(None)
def our_means(work, realizations, device):
    """fleetcast's {name: (mean, standard deviation over realizations)}, of arrays over cells or of the traffic's totals."""
    with tempfile.TemporaryDirectory() as folder:
        sweep, result = Path(folder, "s.toml"), Path(folder, "r.h5")
        sweep.write_text(SWEEP.format(realizations=realizations, ticks=TICKS, side=SIDE))
        settings = [part for setting in SETTINGS[work] for part in ("--set", setting)]
        subprocess.run([FLEETCAST, "run", sweep, "--device", device, "--quiet", "--json", "-o", result, *settings], check=True, capture_output=True)
        with h5py.File(result) as file:
            means = {name: _moments(_integer(file, f"sum_{name}"), _integer(file, f"square_{name}"), realizations)
                     for name in (*ENTRIES, *TOTALS)}
            for name, entry in (("shed_seconds", "shed_replica_ms"), ("served_seconds", "served_replica_ms")):
                mean, deviation = _moments(_integer(file, f"sum_{entry}"), _integer(file, f"square_{entry}"), realizations)
                means[name] = mean / 1000, deviation / 1000
            levels = range(sum(name.startswith("sum_ticks_above_") and name.endswith("_lo") for name in file))
            above = [[_integer(file, f"{kind}_ticks_above_{level}") for level in levels] for kind in ("sum", "square")]
            if above[0]:
                means["above"] = _moments(*map(np.array, above), realizations)
            return means


def distance(ours, peer, our_realizations, peer_realizations):
    """The largest difference of means, in standard errors, and how many means were compared.

    A mean's standard error comes from fleetcast's spread over realizations, the better known of the two: both draw from the same law.
    """
    largest, compared = 0.0, 0
    for name, (mean, deviation) in ours.items():
        total = np.asarray(peer[name][0], float)
        error = deviation * np.sqrt(1 / our_realizations + 1 / peer_realizations)
        difference = np.abs(total / peer_realizations - mean)
        steady = error <= 1e-9 * (1 + np.abs(mean))
        if np.any(difference[steady] > 1e-6 * (1 + np.abs(mean[steady]))):
            return np.inf, compared
        if np.any(~steady):
            largest = max(largest, float(np.max(difference[~steady] / error[~steady])))
        compared += difference.size
    return largest, compared


def differing(reference, ledger):
    """How many entries of two ledgers differ, and how many were compared."""
    different, compared = 0, 0
    for name, values in reference.items():
        ours, theirs = np.array(values), np.array(ledger[name])
        tolerance = ROUNDING * (1 + np.abs(ours)) if name.endswith("_seconds") else 0
        different += int(np.sum(~(np.abs(ours - theirs) <= tolerance)))  # nan differs
        compared += ours.size
    return different, compared


def _integer(file, name):
    """A 128-bit sum as a flat array of doubles."""
    return np.ravel(file[f"{name}_hi"][()]) * 2.0**64 + np.ravel(file[f"{name}_lo"][()]).astype(float)


def _moments(total, squares, realizations):
    mean = total / realizations
    variance = np.maximum(squares / realizations - mean * mean, 0.0) * realizations / (realizations - 1)
    return mean, np.sqrt(variance)
