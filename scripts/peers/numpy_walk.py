"""The policy step in NumPy, or in a module with its functions, as its users write it: one expression after the other, over all
cells at once.
"""

import numpy as np

from .workload import TICK_SECONDS


def walk(p, requests, work, tokens, xp=np):
    """Every policy of `p` through what is given by tick, a realization or [tick, realization, 1]: its ledger, {entry: [cell] or
    [realization, cell]}.
    """
    shape = (*work.shape[1:-1], p.cells)
    by_limit = (-1, *(1,) * (len(shape) - 1), p.cells)
    load_limits, backlog_limits = p.load_limits.reshape(by_limit), p.backlog_limits.reshape(by_limit)
    wanted = xp.broadcast_to(p.least, shape)
    booting = xp.zeros((p.boot_ticks, *shape), np.float32) + wanted  # what was wanted in the last ticks
    backlog, up_from, down_from, billed, peak, shed_seconds = xp.zeros((6, *shape), np.float32)
    run, violated_ticks, violated_requests, scale_ups, scale_downs, ticks_at_max, longest = xp.zeros((7, *shape), np.int64)
    above = xp.zeros((len(load_limits) - 1, *shape), np.int64)

    for tick in range(len(work)):
        ready = wanted
        if p.boot_ticks > 0:
            ready = xp.minimum(wanted, booting.min(axis=0))
            booting[tick % p.boot_ticks] = wanted

        load = work[tick] + backlog
        exceeds = load > ready * load_limits
        if p.carries_backlog:
            unserved = xp.maximum(load - ready * TICK_SECONDS, 0)
            exceeds |= backlog > ready * backlog_limits
            backlog = xp.minimum(unserved, ready * p.most_backlog_seconds)
            shed = unserved - backlog
            exceeds |= shed > 0
            shed_seconds += shed
        violated = exceeds[0] & (requests[tick] > 0)

        billed += wanted
        peak = xp.maximum(peak, wanted)
        ticks_at_max += wanted == p.most
        above += exceeds[1:]
        violated_ticks += violated
        violated_requests += xp.where(violated, requests[tick], 0)
        run = xp.where(violated, run + 1, 0)
        longest = xp.maximum(longest, run)

        scale = wanted if p.per_replica else 1
        up = (tokens[tick] > p.up_at * scale) & (tick >= up_from)
        down = (tokens[tick] < p.down_at * scale) & (tick >= down_from)
        moved = xp.where(up, wanted + p.step_up, xp.where(down, wanted - p.step_down, wanted))
        moved = xp.clip(moved, p.least, p.most)
        rose, fell = moved > wanted, moved < wanted
        scale_ups += rose
        scale_downs += fell
        up_from = xp.where(rose, tick + p.cooldown_up, up_from)
        down_from = xp.where(rose | fell, tick + p.cooldown_down, down_from)
        wanted = moved

    return {"billed_replica_ticks": billed, "violated_ticks": violated_ticks, "violated_requests": violated_requests, "scale_ups": scale_ups,
            "scale_downs": scale_downs, "peak_replicas": peak, "ticks_at_max": ticks_at_max, "longest_violated_ticks": longest,
            "shed_seconds": shed_seconds, "served_seconds": work.sum(axis=0, dtype=float) - backlog - shed_seconds, "above": above}
