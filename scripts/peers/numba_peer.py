"""The work in Numba: loops compiled for this processor, threads that share realizations or cells."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit

from .arrivals import arrivals
from .numba_walk import BLOCK, compiled_walk, ledger
from .workload import Job

BATCH = 4096  # normals drawn at once


class Peer:
    """Numba on one core or more."""

    def __init__(self, threads):
        self.threads = threads
        self.job = Job(days=2 * threads)
        self.pool = ThreadPoolExecutor(threads)

    def draw(self, traffic, realizations, seed):
        """Requests, prompt and completion tokens, each [realization, tick], of `realizations` days."""
        sequence = np.random.SeedSequence(seed)
        counts = arrivals(np.random.Generator(np.random.SFC64(sequence)), traffic, realizations)
        sums = [np.empty(counts.shape, np.float32) for _ in range(2)]

        def share(rows, child):
            rng = np.random.Generator(np.random.SFC64(child))
            for law, out in zip((traffic.prompt, traffic.completion), sums):
                _sum_lengths(rng, counts[rows], np.float32(law.mu), np.float32(law.sigma), np.float32(law.least), np.float32(law.most), out[rows])

        rows = [slice(i, realizations, self.threads) for i in range(self.threads)]
        list(self.pool.map(share, rows, sequence.spawn(self.threads)))
        return counts, *sums

    def walk(self, policies, requests, prompt, completion):
        """Ledger of every cell, summed over realizations: {entry: [cell]} and, as "squares", the sums of squares."""
        work = policies.work(prompt, completion)
        tokens = (prompt + completion).astype(np.float32)
        run = compiled_walk(len(policies.load_limits), policies.boot_ticks, policies.carries_backlog, policies.per_replica)
        blocks = range(0, policies.cells, BLOCK)
        settings = np.concatenate([
            [policies.up_at, policies.down_at, policies.least, policies.most, policies.step_up, policies.step_down, policies.cooldown_up,
             policies.cooldown_down, policies.most_backlog_seconds], policies.load_limits, policies.backlog_limits]).astype(np.float32)
        done = self.pool.map(lambda first: run(settings[:, first:first + BLOCK], requests.astype(np.float32), work, tokens), blocks)
        return ledger(list(done), len(policies.load_limits) - 1)


@njit(nogil=True, cache=True)
def _sum_lengths(rng, counts, mu, sigma, least, most, out):
    """Each tick's sum of as many log-normal lengths, rounded and clipped."""
    for row in range(counts.shape[0]):
        for tick in range(counts.shape[1]):
            left = counts[row, tick]
            total = np.float32(0)
            while left > 0:
                size = min(left, BATCH)
                normals = rng.standard_normal(size, np.float32)
                for i in range(size):
                    total += min(max(np.rint(np.exp(mu + sigma * normals[i])), least), most)
                left -= size
            out[row, tick] = total
