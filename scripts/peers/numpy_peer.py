"""The work in NumPy as its users write it: a day's requests drawn at once, policies stepped over all cells at once."""

import numpy as np

from .arrivals import arrivals
from .numpy_walk import walk
from .workload import Job


class Peer:
    """NumPy on one core."""

    job = Job()

    def __init__(self, threads):
        if threads != 1:
            raise ValueError("NumPy draws and steps on one core")

    def draw(self, traffic, realizations, seed):
        """Requests, prompt and completion tokens, each [realization, tick], of `realizations` days."""
        rng = np.random.default_rng(seed)
        requests = arrivals(rng, traffic, realizations)
        prompt, completion = np.zeros((2, *requests.shape))
        for row, counts in enumerate(requests):
            busy = counts > 0  # reduceat has no empty sums
            starts = (np.cumsum(counts) - counts)[busy]
            if len(starts) == 0:
                continue
            for law, sums in ((traffic.prompt, prompt), (traffic.completion, completion)):
                lengths = rng.lognormal(law.mu, law.sigma, counts.sum())
                np.rint(lengths, out=lengths)
                np.clip(lengths, law.least, law.most, out=lengths)
                sums[row, busy] = np.add.reduceat(lengths, starts)
        return requests, prompt, completion

    def walk(self, policies, requests, prompt, completion):
        """Ledger of every cell, summed over realizations: {entry: [cell]} and, as "squares", the sums of squares."""
        work = policies.work(prompt, completion)
        tokens = (prompt + completion).astype(np.float32)
        sums, squares = {}, {}
        for day in zip(requests, work, tokens):
            for entry, values in walk(policies, *day).items():
                values = values.astype(float)
                sums[entry] = sums.get(entry, 0) + values
                squares[entry] = squares.get(entry, 0) + values**2
        return {**sums, "squares": squares}
