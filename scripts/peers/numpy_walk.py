"""The policy step in NumPy as its users write it: one expression after the other, over all cells at once."""

import numpy as np

from .workload import TICK_SECONDS


def walk_day(p, requests, work, tokens):
    """Every policy of `p` through one realization, given by tick: its ledger, {entry: [cell]}."""
    levels = len(p.load_limits) - 1
    wanted = p.least
    booting = np.tile(wanted, (p.boot_ticks, 1))  # what was wanted in the last ticks
    backlog, up_from, down_from, billed, peak, shed_seconds = np.zeros((6, p.cells), np.float32)
    run, violated_ticks, violated_requests, scale_ups, scale_downs, ticks_at_max, longest = np.zeros((7, p.cells), np.int64)
    above = np.zeros((levels, p.cells), np.int64)

    for tick in range(len(work)):
        ready = wanted
        if p.boot_ticks > 0:
            ready = np.minimum(wanted, booting.min(axis=0))
            booting[tick % p.boot_ticks] = wanted

        load = work[tick] + backlog
        exceeds = load > ready * p.load_limits
        if p.carries_backlog:
            unserved = np.maximum(load - ready * TICK_SECONDS, 0)
            exceeds |= backlog > ready * p.backlog_limits
            backlog = np.minimum(unserved, ready * p.most_backlog_seconds)
            shed = unserved - backlog
            exceeds |= shed > 0
            shed_seconds += shed
        violated = exceeds[0] & (requests[tick] > 0)

        billed += wanted
        peak = np.maximum(peak, wanted)
        ticks_at_max += wanted == p.most
        above += exceeds[1:]
        violated_ticks += violated
        violated_requests += np.where(violated, requests[tick], 0)
        run = np.where(violated, run + 1, 0)
        longest = np.maximum(longest, run)

        scale = wanted if p.per_replica else 1
        up = (tokens[tick] > p.up_at * scale) & (tick >= up_from)
        down = (tokens[tick] < p.down_at * scale) & (tick >= down_from)
        moved = np.where(up, wanted + p.step_up, np.where(down, wanted - p.step_down, wanted))
        moved = np.clip(moved, p.least, p.most)
        rose, fell = moved > wanted, moved < wanted
        scale_ups += rose
        scale_downs += fell
        up_from = np.where(rose, tick + p.cooldown_up, up_from)
        down_from = np.where(rose | fell, tick + p.cooldown_down, down_from)
        wanted = moved

    return {"billed_replica_ticks": billed, "violated_ticks": violated_ticks, "violated_requests": violated_requests, "scale_ups": scale_ups,
            "scale_downs": scale_downs, "peak_replicas": peak, "ticks_at_max": ticks_at_max, "longest_violated_ticks": longest,
            "shed_seconds": shed_seconds, "served_seconds": work.sum(dtype=float) - backlog - shed_seconds, "above": above}
