"""The C++ peer, tests/bench/curand_peer.cu: stock cuRAND and Thrust. It draws requests, and steps no policies."""

import json
import subprocess

from .measure import ROOT

PROGRAM = ROOT / "build" / "fleetcast_curand_peer"


class CurandProcess:
    """Answers what measure.PeerProcess does as far as requests go."""

    def __init__(self, program=PROGRAM):
        self._program = program

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def ask(self, do, work, **details):
        """The rate of drawing, or sums and sums of squares over realizations of the traffic's totals."""
        if do == "rate":
            return self._told("--seconds", details["seconds"])["requests_per_second"]
        told = self._told("--minutes", details["ticks"], "--realizations", details["realizations"])
        return {name: told[name] for name in ("requests", "prompt_tokens", "completion_tokens")}

    def _told(self, *options):
        done = subprocess.run([self._program, *map(str, options)], check=True, stdout=subprocess.PIPE, text=True)
        return json.loads(done.stdout)
