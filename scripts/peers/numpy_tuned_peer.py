"""The work in NumPy, tuned: requests drawn in float32 in batches that stay in the cache, policies stepped in buffers made once."""

import numpy as np

from .arrivals import arrivals
from .numpy_tuned_walk import Walk
from .workload import Job

BATCH = 65536  # requests drawn at once: 256 KiB, which stay in the second-level cache


class Peer:
    """NumPy on one core."""

    job = Job()

    def __init__(self, threads):
        if threads != 1:
            raise ValueError("NumPy draws and steps on one core")

    def draw(self, traffic, realizations, seed):
        """Requests, prompt and completion tokens, each [realization, tick], of `realizations` days."""
        rng = np.random.Generator(np.random.SFC64(seed))
        counts = arrivals(rng, traffic, realizations)
        prompt, completion = (np.empty(counts.shape, np.float32) for _ in range(2))
        for row in range(realizations):
            _sum_lengths(rng, traffic, counts[row], prompt[row], completion[row])
        return counts, prompt, completion

    def walk(self, policies, requests, prompt, completion):
        """Ledger of every cell, summed over realizations: {entry: [cell]} and, as "squares", the sums of squares."""
        walk = Walk(policies)
        for row in range(len(requests)):
            walk.run(requests[row], policies.work(prompt[row], completion[row]), (prompt[row] + completion[row]).astype(np.float32))
        return walk.sums()


def batches(counts, most_requests, most_ticks):
    """Stretches [first, last) of ticks that hold no more than this, a single tick excepted."""
    ends = np.cumsum(counts)
    first = 0
    while first < len(counts):
        before = ends[first - 1] if first else 0
        fitting = int(np.searchsorted(ends, before + most_requests, side="right"))
        last = max(first + 1, min(fitting, first + most_ticks))
        yield first, last
        first = last


def _sum_lengths(rng, traffic, counts, prompt, completion):
    """Sums of every tick's lengths, a batch of ticks at a time."""
    for first, last in batches(counts, BATCH, len(counts)):
        busy = first + np.flatnonzero(counts[first:last])
        ends = np.cumsum(counts[busy])
        for law, sums in ((traffic.prompt, prompt), (traffic.completion, completion)):
            sums[first:last] = 0
            if len(busy):
                sums[busy] = np.add.reduceat(lengths(rng, law, ends[-1]), ends - counts[busy])


def lengths(rng, law, number, xp=np):
    """Log-normal lengths, rounded and clipped, in float32."""
    x = rng.standard_normal(number, dtype=np.float32)
    x *= np.float32(law.sigma)
    x += np.float32(law.mu)
    xp.exp(x, out=x)
    xp.rint(x, out=x)
    return xp.clip(x, np.float32(law.least), np.float32(law.most), out=x)
