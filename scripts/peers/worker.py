"""One peer in a process of its own, on cores of its own: python -m peers.worker PEER cpu|cuda CORE[,CORE…]

Reads a question a line, {"do": "rate" | "sums" | "ledger", …}, and answers each with a line of JSON.
"""

import importlib
import json
import os
import sys
import time

REQUESTS, WHOLE = "requests", "whole model"  # the third is "classic"


def main():
    """Answer until the questions end."""
    name, device, cores = sys.argv[1], sys.argv[2], [int(core) for core in sys.argv[3].split(",")]
    os.sched_setaffinity(0, cores)  # before the libraries count cores
    os.environ["JAX_PLATFORMS"] = device
    os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"  # fleetcast takes turns with it on the GPU and needs room there
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    worker = Worker(name, len(cores))
    for line in sys.stdin:
        question = json.loads(line)
        print(json.dumps(getattr(worker, question.pop("do"))(**question)), file=answers, flush=True)


class Worker:
    """What a peer is asked."""

    def __init__(self, name, threads):
        from . import numpy_peer, workload

        self.drawing = numpy_peer.Peer(1)  # of demand that is the same for all peers
        self.peer = importlib.import_module(f".{name}_peer", __package__).Peer(threads)
        self.settings = workload
        self.seed = 0

    def rate(self, work, seconds):
        """Requests or policy steps per second, measured for at least so long."""
        job = self._job(work)
        if self.seed == 0:
            job()  # compiles
        done, start = 0.0, time.perf_counter()
        while (elapsed := time.perf_counter() - start) < seconds or done == 0:
            done += job()
        return done / elapsed

    def sums(self, work, realizations, ticks, side):
        """Sums and sums of squares over realizations: totals of the traffic, and every entry of every cell."""
        traffic = self.settings.Traffic(ticks=ticks)
        demand = self.peer.draw(traffic, realizations, 12345)
        policies = self._policies(work, side)
        ledger = self.peer.walk(policies, *demand)
        squares = ledger.pop("squares")
        totals = {name: rows.sum(axis=1, dtype=float) for name, rows in zip(("requests", "prompt_tokens", "completion_tokens"), demand)}
        told = {name: [values.tolist(), squares[name].tolist()] for name, values in ledger.items()}
        return told | {name: [float(t.sum()), float((t * t).sum())] for name, t in totals.items()}

    def ledger(self, work, realizations, ticks, side):
        """Sums over realizations of every entry of every cell, on demand that is the same for all peers."""
        demand = self.drawing.draw(self.settings.Traffic(ticks=ticks), realizations, 54321)
        ledger = self.peer.walk(self._policies(work, side), *demand)
        del ledger["squares"]
        return {name: values.tolist() for name, values in ledger.items()}

    def _policies(self, work, side):
        return self.settings.whole_model(side) if work == WHOLE else self.settings.classic(side)

    def _job(self, work):
        """A function that does a piece of the work and returns how much that was."""
        if work == REQUESTS:
            traffic = self.settings.Traffic(ticks=self.peer.job.ticks)

            def draw():
                self.seed += 1
                return float(self.peer.draw(traffic, self.peer.job.days, self.seed)[0].sum())

            return draw
        calm = self.settings.Traffic(requests_per_minute=1.0, daily_amplitude=0.0, drift_log_sd=0.0, burst_cv=0.0)
        demand = self.drawing.draw(calm, self.peer.job.walked_days, 1)
        policies = self._policies(work, self.peer.job.side)

        def walk():
            self.peer.walk(policies, *demand)
            return float(policies.cells * demand[0].size)

        walk()  # compiles
        return walk


if __name__ == "__main__":
    main()
