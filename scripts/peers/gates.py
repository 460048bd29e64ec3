"""How many times as fast as others one AVX-512 core of fleetcast has to be, and is meant to be."""

from pathlib import Path
from typing import NamedTuple


class Gate(NamedTuple):
    """A ratio below `least` fails; `goal` is aimed at. None where there is no such number."""

    least: float | None = None
    goal: float | None = None


# (work, peer's module); all on one core
GATES = {("requests", "numpy"): Gate(25, 32), ("whole model", "numpy"): Gate(30, 38), ("classic", "numpy"): Gate(25, 32),
         ("classic", "python"): Gate(goal=1000)}


def gate(work, module, cores):
    """What is asked of this ratio."""
    return GATES.get((work, module), Gate()) if cores == 1 else Gate()


def hold_here():
    """Whether this machine has the vectors that the gates presuppose."""
    return "avx512f" in Path("/proc/cpuinfo").read_text().split()
