"""The work in CuPy: NumPy's expressions on a GPU, over so many requests, realizations and cells at once that it is busy."""

from dataclasses import fields, replace

import numpy as np

from .arrivals import arrivals
from .numpy_tuned_peer import batches, lengths
from .numpy_walk import walk
from .workload import Job

BATCH = 1 << 25  # requests drawn at once: 128 MiB of lengths, 256 MiB of their running sum


class Peer:
    """CuPy on one GPU; with `xp` = numpy the same work on a CPU, which tests it."""

    job = Job(days=1024, walked_days=256)

    def __init__(self, _, xp=None):
        if xp is None:
            import cupy as xp
        self.xp = xp

    def draw(self, traffic, realizations, seed):
        """Requests, prompt and completion tokens, each [realization, tick], of `realizations` days; on the GPU."""
        rng = self._generator(seed)
        counts = arrivals(rng, traffic, realizations, self.xp)
        flat = counts.ravel()
        sums = self.xp.empty((2, flat.size))
        for first, last in batches(self._on_host(flat), BATCH, flat.size):
            ends = self.xp.cumsum(flat[first:last])
            for law, out in zip((traffic.prompt, traffic.completion), sums):
                out[first:last] = self._sums(lengths(rng, law, int(ends[-1]), self.xp), ends)
        self._finish()
        return counts, *sums.reshape(2, *counts.shape)

    def walk(self, policies, requests, prompt, completion):
        """Ledger of every cell, summed over realizations: {entry: [cell]} and, as "squares", the sums of squares."""
        xp = self.xp
        requests, prompt, completion = (xp.asarray(array).T[:, :, None] for array in (requests, prompt, completion))  # [tick, realization, 1]
        policies = replace(policies, **{field.name: xp.asarray(value) for field in fields(policies)
                                        if isinstance(value := getattr(policies, field.name), np.ndarray)})
        tokens = (prompt + completion).astype(np.float32)
        sums, squares = {}, {}
        for entry, values in walk(policies, requests, policies.work(prompt, completion), tokens, xp).items():
            values = values.astype(float)  # [realization, cell], after a level where there are any
            sums[entry] = self._on_host(values.sum(axis=-2))
            squares[entry] = self._on_host((values * values).sum(axis=-2))
        return {**sums, "squares": squares}

    def _generator(self, seed):
        """cuRAND's fastest generator to start; CuPy's own default takes longer to seed than to draw a batch."""
        random = self.xp.random
        return random.default_rng(seed) if self.xp is np else random.Generator(random.Philox4x3210(seed))

    def _sums(self, values, ends):
        """Sums of consecutive values, of which each tick's end before `ends`: differences of the running sum, exact in doubles."""
        running = self.xp.cumsum(values, dtype=float)
        upto = self.xp.zeros(len(ends) + 1)
        upto[1:] = self.xp.where(ends > 0, running[self.xp.maximum(ends - 1, 0)], 0.0) if len(values) else 0.0
        return self.xp.diff(upto)

    def _on_host(self, array):
        return array if self.xp is np else self.xp.asnumpy(array)

    def _finish(self):
        """Wait until the GPU has done what it was asked."""
        if self.xp is not np:
            self.xp.cuda.Stream.null.synchronize()
