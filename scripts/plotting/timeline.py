"""What `fleetcast replay` wrote: one setting on one workload, tick by tick. The format is in results/README.md."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from . import generated, series, sweep_file, tables
from .errors import BadData
from .tables import Column

FILE_NAMES = ("timeline.csv", "timeline.csv.gz", "timeline.h5")
COLUMNS = (Column("minute"), Column("requests", 0), Column("prompt_tokens", 0), Column("completion_tokens", 0), Column("ready", 0),
           Column("booting", 0), Column("billed", 0), Column("utilization", 0, may_be_empty=True), Column("backlog_seconds", 0),
           Column("ttft_ms", 0, may_be_empty=True), Column("violated", 0), Column("cost_usd", 0))
MORE_COLUMNS = (Column("tpot_ms", 0, may_be_empty=True),)


@dataclass(frozen=True)
class Timeline:
    """A replay's ticks, and the settings it ran with where they are known."""

    path: Path
    columns: dict
    sweep: sweep_file.Sweep   # None where it is not known
    summary: dict             # what replay prints with --json; empty where it is not known

    def __getitem__(self, name):
        return self.columns[name]

    @property
    def name(self):
        """Of the sweep, else of the folder."""
        return self.sweep.name if self.sweep else self.path.resolve().parent.name

    @property
    def footer(self):
        """For the page."""
        return sweep_file.footer(self.sweep, self.path.resolve().parent)

    @cached_property
    def grid(self):
        """Blocks of time as a page shows them."""
        return series.grid(self["minute"])

    @cached_property
    def tick_minutes(self):
        """Length of a row."""
        return series.row_minutes(self["minute"])

    @cached_property
    def billed(self):
        """Rows after the warm-up; all rows where there is only warm-up."""
        after = self["minute"] >= 0
        return after if after.any() else np.ones_like(after)

    @property
    def counts_requests(self):
        """Whether the promise is a share of requests, not of minutes."""
        return self.sweep is None or self.sweep.get("sla.per") == "requests"

    @property
    def unit(self):
        """What the promise is a share of."""
        return "requests" if self.counts_requests else "minutes"

    @cached_property
    def weights(self):
        """What each row counts towards the promise: its requests, or one if it has any; nothing in the warm-up."""
        return np.where(self.billed, self["requests"] if self.counts_requests else 1.0, 0.0)

    @cached_property
    def violated_weights(self):
        """The same of rows that break it."""
        return self.weights * (self["violated"] > 0)

    @property
    def violated_share(self):
        """Of all requests or minutes; NaN where there are none."""
        return self.violated_weights.sum() / self.weights.sum() if self.weights.sum() > 0 else np.nan

    @cached_property
    def replicas(self):
        """Ready and booting ones."""
        return self["ready"] + self["booting"]

    @property
    def workload(self):
        """What was replayed, without its folder; nothing where it is not known."""
        return Path(str(self.summary.get("workload", ""))).name

    @property
    def changes(self):
        """How often the fleet grew, and how often it shrank."""
        steps = np.diff(self.replicas[self.billed])
        return (int(self.summary.get("scale_ups", (steps > 0).sum())), int(self.summary.get("scale_downs", (steps < 0).sum())))

    def limit(self, which):
        """The promise's "ttft_ms" or "tpot_ms"; None where there is none or it is not known."""
        return (self.sweep.get(f"sla.{which}", 0) or None) if self.sweep else None

    @property
    def budget(self):
        """The share that may break the promise; None where it is not known."""
        return round(1 - self.sweep.get("sla.objective"), 9) if self.sweep else None


def in_folder(folder):
    """A folder's timeline; None where it has none."""
    path = next((folder / name for name in FILE_NAMES if (folder / name).exists()), None)
    return read(path) if path else None


def read(path):
    """A timeline, in order of time."""
    columns = tables.read(path, COLUMNS, MORE_COLUMNS)
    generated.check_ascending(path, columns["minute"])
    return Timeline(path, columns, sweep_file.in_folder(path.parent), _summary(path.parent / "summary.json"))


def _summary(path):
    """A replay's figures as a whole."""
    if not path.is_file():
        return {}
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise BadData(f"{path}: can't be read ({problem}); replay again, or remove the file to draw without it") from problem
