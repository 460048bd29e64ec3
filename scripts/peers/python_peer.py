"""The work as a first script does it: a row of a pandas frame for every request, a plain loop over ticks for every policy."""

import math

import numpy as np

from .workload import TICK_SECONDS, Job


class Peer:
    """Python and pandas on one core."""

    job = Job(ticks=20, days=1, side=4, walked_days=1)

    def __init__(self, threads):
        if threads != 1:
            raise ValueError("Python runs on one core")

    def draw(self, traffic, realizations, seed):
        """Requests, prompt and completion tokens, each [realization, tick], of `realizations` days."""
        rng = np.random.default_rng(seed)
        days = [_draw_day(rng, traffic) for _ in range(realizations)]
        return tuple(np.array([day[name] for day in days]) for name in ("requests", "prompt", "completion"))

    def walk(self, policies, requests, prompt, completion):
        """Ledger of every cell, summed over realizations: {entry: [cell]} and, as "squares", the sums of squares."""
        sums, squares = {}, {}
        work = policies.work(prompt, completion).tolist()
        tokens = (prompt + completion).tolist()
        requests = requests.tolist()
        for cell in range(policies.cells):
            for row in range(len(requests)):
                for entry, value in _walk(policies, cell, requests[row], work[row], tokens[row]).items():
                    value = np.asarray(value, float)
                    sums.setdefault(entry, np.zeros((policies.cells, *value.shape)))[cell] += value
                    squares.setdefault(entry, np.zeros((policies.cells, *value.shape)))[cell] += value * value
        return {**{entry: values.T for entry, values in sums.items()}, "squares": {entry: values.T for entry, values in squares.items()}}


def _draw_day(rng, traffic):
    rows = []
    z = rng.normal()
    for tick, rate in enumerate(traffic.expected()):
        if tick > 0:
            z = traffic.persistence * z + math.sqrt(1 - traffic.persistence**2) * rng.normal()
        rate *= math.exp(traffic.drift_log_sd * z - 0.5 * traffic.drift_log_sd**2)
        if traffic.burst_cv > 0:
            rate *= rng.gamma(traffic.burst_cv**-2, traffic.burst_cv**2)
        for _ in range(rng.poisson(rate)):
            prompt, completion = (min(max(round(rng.lognormal(law.mu, law.sigma)), law.least), law.most)
                                  for law in (traffic.prompt, traffic.completion))
            rows.append({"minute": tick, "requests": 1, "prompt": prompt, "completion": completion})
    import pandas as pd  # the walk is asked for where there is none, too

    log = pd.DataFrame(rows, columns=["minute", "requests", "prompt", "completion"])
    return log.groupby("minute").sum().reindex(range(traffic.ticks), fill_value=0)


def _walk(policies, cell, requests, work, tokens):
    """One policy through one realization."""
    p = {name: float(getattr(policies, name)[cell]) for name in (
        "up_at", "down_at", "least", "most", "step_up", "step_down", "cooldown_up", "cooldown_down", "most_backlog_seconds")}
    load_limits, backlog_limits = policies.load_limits[:, cell].tolist(), policies.backlog_limits[:, cell].tolist()
    wanted, backlog, up_from, down_from, run = p["least"], 0.0, 0, 0, 0
    history = [wanted] * policies.boot_ticks
    billed = violated_ticks = violated_requests = ups = downs = peak = at_max = longest = 0
    shed_seconds = 0.0
    above = [0] * (len(load_limits) - 1)
    for tick in range(len(work)):
        history.append(wanted)
        ready = min(history)
        history.pop(0)
        before, load, shed = backlog, work[tick] + backlog, 0.0
        if policies.carries_backlog:
            over = max(0.0, load - ready * TICK_SECONDS)
            backlog = min(over, ready * p["most_backlog_seconds"])
            shed = over - backlog
            shed_seconds += shed
        exceeds = [shed > 0 or load > ready * most_load or before > ready * most_backlog
                   for most_load, most_backlog in zip(load_limits, backlog_limits)]
        billed += wanted
        peak = max(peak, wanted)
        at_max += wanted == p["most"]
        for level, exceeded in enumerate(exceeds[1:]):
            above[level] += exceeded
        violated = exceeds[0] and requests[tick] > 0
        violated_ticks += violated
        violated_requests += requests[tick] if violated else 0
        run = run + 1 if violated else 0
        longest = max(longest, run)
        scale = wanted if policies.per_replica else 1
        moved = wanted
        if tokens[tick] > p["up_at"] * scale and tick >= up_from:
            moved += p["step_up"]
        elif tokens[tick] < p["down_at"] * scale and tick >= down_from:
            moved -= p["step_down"]
        moved = min(max(moved, p["least"]), p["most"])
        if moved > wanted:
            ups, up_from = ups + 1, tick + p["cooldown_up"]
        downs += moved < wanted
        if moved != wanted:
            down_from = tick + p["cooldown_down"]
        wanted = moved
    return {"billed_replica_ticks": billed, "violated_ticks": violated_ticks, "violated_requests": violated_requests, "scale_ups": ups,
            "scale_downs": downs, "peak_replicas": peak, "ticks_at_max": at_max, "longest_violated_ticks": longest,
            "shed_seconds": shed_seconds, "served_seconds": sum(work) - backlog - shed_seconds, "above": above}
