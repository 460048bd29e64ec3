"""The policy step in NumPy, tuned, over all cells at once.

Buffers are made once and written in place; everything is float32, whose whole numbers are exact up to 2^24; counters are bytes
that are emptied into wider ones before they overflow; backlog and shedding are left alone while no cell has any.
"""

import numpy as np

from .workload import TICK_SECONDS

FLUSH_TICKS = 255  # what a byte counts up to
COUNTED = ("violated_ticks", "scale_ups", "scale_downs", "ticks_at_max")


class Walk:
    """All policies through one realization after the other."""

    def __init__(self, policies):
        self.p = policies
        cells, limits = policies.cells, len(policies.load_limits)
        (self.wanted, self.ready, self.backlog, self.up_allowed, self.down_allowed, self.load, self.scratch, self.unserved, self.next,
         self.billed, self.violated_requests, self.peak, self.shed, self.run_length, self.longest) = np.zeros((15, cells), np.float32)
        self.up, self.down, self.moved, self.allowed = np.zeros((4, cells), bool)
        self.history = np.zeros((policies.boot_ticks + 1, cells), np.float32)  # wanted, of the last ticks
        self.exceeds, self.waits = np.zeros((2, limits, cells), bool)
        self.bytes = np.zeros((len(COUNTED) + limits - 1, cells), np.uint8)
        self.counts = np.zeros(self.bytes.shape, np.int64)
        self.above_bytes = self.bytes[len(COUNTED):]
        self._sums, self._squares = {}, {}

    def run(self, requests, work, tokens):
        """One realization: per tick its requests, replica-seconds and tokens. Its ledger is added to the sums."""
        self._start()
        requests, work, tokens = requests.tolist(), work.tolist(), tokens.tolist()
        with np.errstate(divide="ignore", invalid="ignore"):
            for tick in range(len(work)):
                self._step(tick, requests[tick], np.float32(work[tick]), np.float32(tokens[tick]))
                if (tick + 1) % FLUSH_TICKS == 0:
                    self._flush()
        self._flush()
        self._finish(sum(work))

    def sums(self):
        """{entry: [cell]}, and the sums of squares alike as "squares"."""
        return {**self._sums, "squares": self._squares}

    def _start(self):
        for array in (self.backlog, self.up_allowed, self.down_allowed, self.billed, self.violated_requests, self.peak, self.shed,
                      self.run_length, self.longest, self.counts):
            array.fill(0)
        self.wanted[:] = self.p.least
        self.history[:] = self.wanted
        self.waiting = False  # whether any cell has a backlog

    def _step(self, tick, requests, work, tokens):
        self._boot(tick)
        np.add(self.backlog, work, out=self.load)
        np.divide(self.load, self.ready, out=self.scratch)
        np.greater(self.scratch, self.p.load_limits, out=self.exceeds)
        if self.p.carries_backlog:
            self._serve()
        self._judge(requests)
        self._decide(tick, tokens)

    def _boot(self, tick):
        """Ready are the fewest that were wanted in any of the last boot ticks."""
        if self.p.boot_ticks == 0:
            self.ready[:] = self.wanted
        else:
            self.history[tick % len(self.history)] = self.wanted
            np.minimum.reduce(self.history, axis=0, out=self.ready)

    def _serve(self):
        if self.waiting:
            np.divide(self.backlog, self.ready, out=self.scratch)
            np.greater(self.scratch, self.p.backlog_limits, out=self.waits)
            np.logical_or(self.exceeds, self.waits, out=self.exceeds)
        np.multiply(self.ready, np.float32(TICK_SECONDS), out=self.scratch)
        np.subtract(self.load, self.scratch, out=self.unserved)
        self.waiting = self.unserved.max() > 0
        if not self.waiting:
            self.backlog.fill(0)
            return
        np.maximum(self.unserved, np.float32(0), out=self.unserved)
        np.multiply(self.ready, self.p.most_backlog_seconds, out=self.scratch)
        np.minimum(self.unserved, self.scratch, out=self.backlog)
        np.subtract(self.unserved, self.backlog, out=self.unserved)
        np.greater(self.unserved, np.float32(0), out=self.moved)
        if self.moved.any():
            np.logical_or(self.exceeds, self.moved, out=self.exceeds)
            np.add(self.shed, self.unserved, out=self.shed)

    def _judge(self, requests):
        violated = self.exceeds[0]
        np.add(self.billed, self.wanted, out=self.billed)
        np.maximum(self.peak, self.wanted, out=self.peak)
        np.equal(self.wanted, self.p.most, out=self.moved)
        self._count("ticks_at_max", self.moved)
        if len(self.above_bytes):
            np.add(self.above_bytes, self.exceeds[1:].view(np.uint8), out=self.above_bytes)
        if requests == 0:
            self.run_length.fill(0)
            return
        self._count("violated_ticks", violated)
        np.multiply(violated, np.float32(requests), out=self.scratch)
        np.add(self.violated_requests, self.scratch, out=self.violated_requests)
        np.add(self.run_length, np.float32(1), out=self.run_length)
        np.multiply(self.run_length, violated, out=self.run_length)
        np.maximum(self.longest, self.run_length, out=self.longest)

    def _decide(self, tick, tokens):
        now = np.float32(tick)
        for threshold, compare, allowed_from, wish in ((self.p.up_at, np.less, self.up_allowed, self.up),
                                                       (self.p.down_at, np.greater, self.down_allowed, self.down)):
            if self.p.per_replica:
                threshold = np.multiply(threshold, self.wanted, out=self.scratch)
            compare(threshold, tokens, out=wish)
            np.less_equal(allowed_from, now, out=self.allowed)
            np.logical_and(wish, self.allowed, out=wish)
        np.subtract(self.wanted, self.p.step_down, out=self.scratch)
        self.next[:] = self.wanted
        np.copyto(self.next, self.scratch, where=self.down)
        np.add(self.wanted, self.p.step_up, out=self.scratch)
        np.copyto(self.next, self.scratch, where=self.up)
        np.maximum(self.next, self.p.least, out=self.next)
        np.minimum(self.next, self.p.most, out=self.next)
        np.greater(self.next, self.wanted, out=self.up)
        np.less(self.next, self.wanted, out=self.down)
        self._count("scale_ups", self.up)
        self._count("scale_downs", self.down)
        np.add(self.p.cooldown_up, now, out=self.scratch)
        np.copyto(self.up_allowed, self.scratch, where=self.up)
        np.logical_or(self.up, self.down, out=self.moved)
        np.add(self.p.cooldown_down, now, out=self.scratch)
        np.copyto(self.down_allowed, self.scratch, where=self.moved)
        self.wanted, self.next = self.next, self.wanted

    def _count(self, name, mask):
        counter = self.bytes[COUNTED.index(name)]
        np.add(counter, mask.view(np.uint8), out=counter)

    def _flush(self):
        self.counts += self.bytes
        self.bytes.fill(0)

    def _finish(self, work):
        ledger = dict(zip(COUNTED, self.counts), above=self.counts[len(COUNTED):], billed_replica_ticks=self.billed,
                      violated_requests=self.violated_requests, peak_replicas=self.peak, longest_violated_ticks=self.longest,
                      shed_seconds=self.shed, served_seconds=work - self.backlog - self.shed)
        for entry, values in ledger.items():
            values = values.astype(np.float64)
            self._sums[entry] = self._sums.get(entry, 0.0) + values
            self._squares[entry] = self._squares.get(entry, 0.0) + values * values
