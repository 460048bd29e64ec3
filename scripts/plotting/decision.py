"""What `fleetcast analyze` says of a result: where every setting stands, which is chosen, how sure that is."""

import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from .errors import BadData

BUILT = Path(__file__).resolve().parents[2] / "build" / "fleetcast"
EXCLUDED = ("infeasible", "dearer")


@dataclass(frozen=True)
class Decision:
    """Arrays over cells, flat, in the file's order. Each combination of conditions (traffic, promise, price) has a decision of its own."""

    standing: np.ndarray   # "best", "not_excluded", "infeasible", "dearer", "invalid"
    front: np.ndarray      # "yes", "maybe", "no"; "" of invalid cells
    cell: int              # under the conditions shown, the chosen one, or the one that comes closest
    is_settled: bool       # whether one is chosen there
    reliability: float     # share of realizations that shall meet the objective
    confidence: float      # of all of it together
    conditions: dict       # the combination shown, by key; empty where there is one alone

    @property
    def chosen(self):
        """Chosen cells, flat: one at most for each combination of conditions."""
        return self.standing == "best"

    @property
    def excluded(self):
        """Cells that surely are not the cheapest to keep the promise, flat."""
        return np.isin(self.standing, EXCLUDED)

    @property
    def open(self):
        """Cells that may be, beside the chosen one, flat."""
        return self.standing == "not_excluded"


def program():
    """The fleetcast to ask: the one built here, else the one on PATH; None where there is none."""
    return str(BUILT) if BUILT.is_file() else shutil.which("fleetcast")


def of_result(path, cells, fleetcast):
    """Ask fleetcast.

    Where traffic, promise or price vary, there is a decision for every combination of them: the first that has a choice is shown,
    or the first of all.

    @param cells      how many the result has
    @param fleetcast  the program
    @throws BadData   it refuses the result
    """
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "cells.csv"
        try:
            done = subprocess.run([fleetcast, "analyze", path, "--json", "--top", "1", "--csv", table], capture_output=True, text=True, check=False)
        except OSError as problem:
            raise BadData(f"{fleetcast}: can't be run ({problem.strerror}; it decides between settings); build it, or name it with --fleetcast"
                          ) from problem
        if done.returncode != 0:
            raise BadData(done.stderr.strip() or f"{fleetcast} analyze {path}: ended with {done.returncode}; run it by hand to see why")
        answer = json.loads(done.stdout)
        rows = pd.read_csv(table, usecols=["cell", "standing", "front"], keep_default_na=False)
    each = answer.get("conditions", [answer])
    shown = next((one for one in each if one["chosen"]), each[0])
    standing, front = (_over_cells(rows, column, cells) for column in ("standing", "front"))
    conditions = shown["settings"] if "conditions" in answer else {}
    return Decision(standing, front, shown["candidates"][0]["cell"], shown["chosen"] is not None, answer["reliability"], answer["confidence"],
                    conditions)


def _over_cells(rows, column, cells):
    """A column of words, by number of cell."""
    out = np.full(cells, "", dtype=object)
    out[rows["cell"].to_numpy()] = rows[column].to_numpy()
    return out.astype(str)
