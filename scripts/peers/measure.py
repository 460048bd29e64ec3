"""Running things side by side: fleetcast's own rates, a peer's process, the machine they ran on."""

import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLEETCAST = ROOT / "build" / "fleetcast"
RATES = {"requests": "requests_per_second", "whole model": "steps_per_second", "classic": "classic_steps_per_second"}


@dataclass(frozen=True)
class Run:
    """A run of fleetcast: from start to end, most memory at once, what --json told."""

    seconds: float
    peak_bytes: int
    json: dict


def fleetcast_run(sweep, result, threads):
    """Runs a sweep file on the CPU."""
    with tempfile.TemporaryFile("w+") as told:
        start = time.perf_counter()
        process = subprocess.Popen([FLEETCAST, "run", sweep, "--device", "cpu", "--threads", str(threads), "--quiet", "--json", "--fresh", "-o", result],
                                   stdout=told)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise subprocess.CalledProcessError(process.returncode, process.args)
        told.seek(0)
        return Run(seconds, usage.ru_maxrss * 1024, json.load(told))


def cores(count):
    """The last `count` cores this process may use; None if there are fewer."""
    allowed = sorted(os.sched_getaffinity(0))
    return allowed[-count:] if len(allowed) >= count else None


def our_rates(device, on, seconds):
    """fleetcast's rate of every kind of work on these cores, or on a GPU that they feed: {work: per second}."""
    done = subprocess.run(
        [FLEETCAST, "bench", "--json", "--device", device, "--threads", str(len(on)), "--seconds", str(seconds), "--repeat", "1"],
        check=True, capture_output=True, text=True, preexec_fn=lambda: os.sched_setaffinity(0, on))
    told = json.loads(done.stdout)
    return {work: told[key] for work, key in RATES.items()}


class PeerProcess:
    """A peer that stays up between questions, so that what it compiled stays compiled."""

    def __init__(self, module, device, on):
        self.module = module
        self._process = subprocess.Popen(
            [sys.executable, "-m", "peers.worker", module, device, ",".join(map(str, on))],
            cwd=ROOT / "scripts", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait()

    def ask(self, do, **details):
        """The answer to one of peers.worker's questions."""
        print(json.dumps({"do": do, **details}), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise ChildProcessError(f"{self.module}: ended before it answered; what it said stands above")
        return json.loads(answer)


def median(values):
    """The middle one."""
    return statistics.median(values)


def machine():
    """What a record says of the machine and the programs on it."""
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), "unknown")
    return {"cpu": model, "cores": len(os.sched_getaffinity(0)), "python": platform.python_version()}


def versions(*packages):
    """Versions of those packages that are installed."""
    installed = {distribution.name.lower(): distribution.version for distribution in metadata.distributions()}
    return {package: installed[package] for package in packages if package in installed}


def commit():
    """The commit fleetcast was built from, + if the tree had changes."""
    return subprocess.run([FLEETCAST, "--version"], check=True, capture_output=True, text=True).stdout.split("(")[1].split(")")[0]


def today():
    """The date, UTC."""
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
