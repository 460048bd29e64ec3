"""fleetcast as it is run, killed and made to fail."""

import json
import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build" / "fleetcast"
FAULTS = ROOT / "build" / "tests" / "faults" / "libfleetcast_faults.so"
SWEEPS = ROOT / "tests" / "faults"
LONGEST = 120  # seconds that no run here comes near


@dataclass
class Outcome:
    """How a run ended."""

    code: int  # negative: the signal that ended it
    seconds: float
    text: str  # standard error
    answer: dict | None  # what --json printed

    @property
    def digest(self):
        return self.answer["digest"] if self.answer else None


@dataclass(frozen=True)
class Job:
    """A sweep and what shapes its result; how it is computed may differ from run to run."""

    name: str
    sweep: Path
    settings: tuple = ()
    every: str = "0.05s"

    def command(self, output, how=()):
        settings = [part for setting in self.settings for part in ("--set", setting)]
        return [str(PROGRAM), "run", str(self.sweep), *settings, "-o", str(output), "--json", "--quiet", "--device", "cpu", "--checkpoint-every",
                self.every, *how]


JOBS = (Job("grid with a baseline", SWEEPS / "torture.toml"),
        Job("race", SWEEPS / "torture.toml", ("search.race=true", "stop.metric=selection", "sweep.realizations=8000")))


def run(job, output, how=(), faults=None, kill_after=None, signal_number=signal.SIGKILL, wrap=()):
    """Runs a job to its end, or until `kill_after` seconds have passed; `faults` are variables for the fault library."""
    environment = dict(os.environ, NO_COLOR="1", SOURCE_DATE_EPOCH="0")
    if faults is not None:
        # the loader takes blanks in the way there for ends of names
        environment |= {"LD_PRELOAD": str(FAULTS.relative_to(ROOT)), "FLEETCAST_FAULTS_BELOW": str(output.parent)} | faults
    start = time.monotonic()
    process = subprocess.Popen([*wrap, *job.command(output, how)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True,
                               cwd=ROOT)
    try:
        out, text = process.communicate(timeout=kill_after if kill_after is not None else LONGEST)
    except subprocess.TimeoutExpired:
        process.send_signal(signal_number)
        out, text = process.communicate(timeout=LONGEST)
    seconds = time.monotonic() - start
    return Outcome(process.returncode, seconds, text, json.loads(out) if process.returncode == 0 else None)


def digest_of(result):
    """The digest a result file bears, read by the program itself; None if it can't be read."""
    told = subprocess.run([PROGRAM, "info", result, "--json"], capture_output=True, text=True, timeout=LONGEST)
    return json.loads(told.stdout)["digest"] if told.returncode == 0 else None


def calls(log):
    """The calls that the fault library wrote down: (number, name, file)."""
    if not log.exists():
        return []
    return [(int(number), name, Path(path)) for number, name, path in re.findall(r"^(\d+) (\S+) (.*)$", log.read_text(), re.MULTILINE)]


def leftovers(folder, output):
    """Names in the folder beside the result."""
    return sorted(path.name for path in folder.iterdir() if path != output)
