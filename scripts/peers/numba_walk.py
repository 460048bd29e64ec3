"""The policy step in Numba: a block of cells through a realization, its state in rows of one small array.

The loop over the cells of a block is free of branches and all its rows lie in one array, so that LLVM turns it into vectors.
"""

from functools import lru_cache

import numpy as np
from numba import njit

from .workload import TICK_SECONDS

BLOCK = 256  # cells
ENTRIES = ("billed_replica_ticks", "violated_ticks", "violated_requests", "scale_ups", "scale_downs", "peak_replicas", "ticks_at_max",
           "longest_violated_ticks", "shed_seconds", "served_seconds")
BILLED, VIOLATED, REQUESTS, UPS, DOWNS, PEAK, AT_MAX, LONGEST, SHED, SERVED, ABOVE = range(11)
UP_AT, DOWN_AT, LEAST, MOST, STEP_UP, STEP_DOWN, COOL_UP, COOL_DOWN, ROOM, LIMITS = range(10)
WANTED, BACKLOG, UP_FROM, DOWN_FROM, RUN, BOOT = range(6)


@lru_cache(None)
def compiled_walk(limits, boot_ticks, carries_backlog, per_replica):
    """A walk with these known to the compiler: settings, requests, work, tokens → sums and sums of squares [entry, cell]."""
    zero, one, tick_seconds = np.float32(0), np.float32(1), np.float32(TICK_SECONDS)
    levels = limits - 1

    @njit(nogil=True, error_model="numpy")
    def walk(settings, requests, work, tokens):
        p = np.zeros((LIMITS + 2 * limits, BLOCK), np.float32)
        s = np.zeros((BOOT + boot_ticks + 1, BLOCK), np.float32)
        e = np.zeros((ABOVE + levels + 1, BLOCK), np.float32)
        sums = np.zeros((ABOVE + levels, BLOCK))
        squares = np.zeros((ABOVE + levels, BLOCK))
        cells = settings.shape[1]
        p[:, :cells] = settings
        for row in range(work.shape[0]):
            s[:, :] = zero
            e[:, :] = zero
            s[WANTED] = p[LEAST]
            for i in range(boot_ticks):
                s[BOOT + i] = p[LEAST]
            total = 0.0
            for tick in range(work.shape[1]):
                total += work[row, tick]
                step(p, s, e, np.float32(tick), requests[row, tick], work[row, tick], tokens[row, tick])
            e[SERVED] = np.float32(total) - s[BACKLOG] - e[SHED]
            for k in range(ABOVE + levels):
                for i in range(BLOCK):
                    sums[k, i] += e[k, i]
                    squares[k, i] += np.float64(e[k, i]) * e[k, i]
        return sums[:, :cells], squares[:, :cells]

    @njit(nogil=True, error_model="numpy", inline="always")
    def step(p, s, e, now, requests, work, tokens):
        for i in range(BLOCK):
            wanted = s[WANTED, i]
            ready = wanted
            if boot_ticks > 0:
                ready = min(s[BOOT + boot_ticks - 1, i], wanted)
                for k in range(boot_ticks - 1, 0, -1):
                    s[BOOT + k, i] = min(s[BOOT + k - 1, i], wanted)
                s[BOOT, i] = wanted
            before = s[BACKLOG, i]
            load = work + before
            sheds = False
            if carries_backlog:
                over = max(load - ready * tick_seconds, zero)
                backlog = min(over, ready * p[ROOM, i])
                sheds = over > backlog
                e[SHED, i] += over - backlog
                s[BACKLOG, i] = backlog
            violated = sheds | (load > ready * p[LIMITS, i]) | (before > ready * p[LIMITS + limits, i])
            for k in range(levels):
                above = sheds | (load > ready * p[LIMITS + 1 + k, i]) | (before > ready * p[LIMITS + limits + 1 + k, i])
                e[ABOVE + k, i] += one if above else zero
            violated = violated & (requests > zero)
            e[BILLED, i] += wanted
            e[PEAK, i] = max(e[PEAK, i], wanted)
            e[AT_MAX, i] += one if wanted == p[MOST, i] else zero
            e[VIOLATED, i] += one if violated else zero
            e[REQUESTS, i] += requests if violated else zero
            run = s[RUN, i] + one if violated else zero
            s[RUN, i] = run
            e[LONGEST, i] = max(e[LONGEST, i], run)
            up_at, down_at = p[UP_AT, i], p[DOWN_AT, i]
            if per_replica:
                up_at *= wanted
                down_at *= wanted
            up = (tokens > up_at) & (now >= s[UP_FROM, i])
            down = (tokens < down_at) & (now >= s[DOWN_FROM, i])
            lowered = wanted - p[STEP_DOWN, i] if down else wanted
            moved = wanted + p[STEP_UP, i] if up else lowered
            moved = min(max(moved, p[LEAST, i]), p[MOST, i])
            rose, fell = moved > wanted, moved < wanted
            e[UPS, i] += one if rose else zero
            e[DOWNS, i] += one if fell else zero
            s[UP_FROM, i] = now + p[COOL_UP, i] if rose else s[UP_FROM, i]
            s[DOWN_FROM, i] = now + p[COOL_DOWN, i] if rose | fell else s[DOWN_FROM, i]
            s[WANTED, i] = moved

    return walk


def ledger(blocks, levels):
    """What the blocks' walks give, by entry."""
    sums, squares = (np.concatenate([block[i] for block in blocks], axis=1) for i in range(2))
    named = lambda rows: {**dict(zip(ENTRIES, rows)), "above": rows[ABOVE:ABOVE + levels]}
    return {**named(sums), "squares": named(squares)}
