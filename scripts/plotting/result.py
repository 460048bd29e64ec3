"""A fleetcast result, read: axes, cells, and the best of them. The format is results/README.md."""

import tomllib
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from . import decision, words
from .errors import BadData
from .sweep_file import Sweep
from .tables import open_hdf5

FILETYPE = "fleetcast result"
OLDEST_FORMAT, NEWEST_FORMAT = 2, 2
THRESHOLDS = ("autoscaler.scale_up_at", "autoscaler.scale_down_at")


@dataclass(frozen=True)
class Axis:
    """One axis of the grid."""

    dimension: str
    key: str
    values: np.ndarray
    name: str
    unit: str

    @property
    def label(self):
        """Name and unit, for an axis of a plot."""
        return f"{self.name} ({self.unit})" if self.unit else self.name

    def setting(self, index):
        """The axis at one of its values, in words: "startup 300 s"."""
        unit = "" if self.unit == "utilization" else self.unit
        return f"{self.name} {words.number(self.values[index])} {unit}".strip()


@dataclass(frozen=True)
class Best:
    """The cell to show: the chosen one, or what came closest."""

    cell: dict  # index by dimension
    flat: int
    keeps_promise: bool  # as surely as it can be known
    may_keep_it: bool    # what was simulated is too little to know of any setting


class Result:
    """An open result file. Arrays over cells come flat, in the file's order; `at` picks one cell's."""

    def __init__(self, path, file, fleetcast=None):
        self.path = path
        self._file = file
        self._fleetcast = fleetcast
        self.sweep = tomllib.loads(self.attribute("sweep"))
        self.axes = [self._axis(name) for name in self._dimensions("valid")]

    def attribute(self, name):
        """A root attribute; text as str."""
        if name not in self._file.attrs:
            raise BadData(f"{self.path}: has no attribute {name} (the result is incomplete); run the sweep again")
        return self._file.attrs[name]

    def array(self, name):
        """A whole dataset."""
        return self._read(name, ())

    def cells(self, name):
        """A quantity of every cell, flat."""
        return np.ravel(self.array(name))

    def at(self, name, cell):
        """What a dataset holds for one cell: all its axes that are not the grid's are kept."""
        return self._read(name, tuple(cell.get(dimension, slice(None)) for dimension in self._dimensions(name)))

    def grid(self, name, cell, dimensions):
        """A quantity over some of the grid's axes, in this order, the others at a cell's values."""
        return self.grid_of(self.cells(name), cell, dimensions)

    def grid_of(self, flat, cell, dimensions):
        """The same of an array over cells."""
        order = [axis.dimension for axis in self.axes]
        values = np.reshape(flat, self.shape)[tuple(slice(None) if name in dimensions else cell[name] for name in order)]
        kept = [name for name in order if name in dimensions]
        return np.transpose(values, [kept.index(name) for name in dimensions])

    @property
    def shape(self):
        """Numbers of the axes' values."""
        return tuple(axis.values.size for axis in self.axes)

    @property
    def name(self):
        """The sweep's name."""
        return self.sweep["sweep"]["name"]

    @property
    def footer(self):
        """What it takes to get the same figure again."""
        return (f"fleetcast {self.attribute('fleetcast_version')} · seed {self.attribute('seed')} · "
                f"digest {self.attribute('digest')}")

    @property
    def start_weekday(self):
        """Of a realization's first day."""
        return self.sweep["sweep"].get("start_weekday", "monday")

    @property
    def realizations(self):
        """How many were simulated."""
        return int(self.attribute("realizations"))

    def realizations_of(self, cell):
        """How many a cell's sums are over."""
        return int(self.at("cell_realizations", cell))

    @property
    def tick_seconds(self):
        """Length of a tick."""
        return int(self.attribute("tick_seconds"))

    @property
    def ledger_minutes(self):
        """Length of a realization."""
        return int(self.attribute("ledger_ticks")) * self.tick_seconds / 60

    @property
    def period(self):
        """What a realization is called: "day", "3 days", "90 min"."""
        minutes, days = self.sweep["sweep"].get("minutes", 0), self.sweep["sweep"].get("days", 1)
        if minutes > 0:
            return f"{words.number(minutes)} min"
        return "day" if days == 1 else words.count(days, "day")

    @property
    def sample(self):
        """How much was simulated: "1,000 realizations of one day"."""
        return self.sample_of(self.realizations)

    def sample_of(self, realizations):
        """So many realizations, and their length."""
        length = "one day" if self.period == "day" else self.period
        return f"{words.count(realizations, 'realization')} of {length}"

    @property
    def has_intervals(self):
        """Whether there are enough realizations to tell how sure the means are."""
        return self.realizations > 1

    @property
    def best_name(self):
        """What the starred cell is."""
        if self.best.keeps_promise:
            return "best setting"
        return "best setting by the estimates" if self._is_estimated_to_keep_it else "closest setting"

    @property
    def best_reason(self):
        """Why it is the starred one."""
        how_often = f"in {words.percent(self.reliability, 6)} of {self.realizations_name}"
        if self.decision is None:
            sure = "by the estimates alone (fleetcast analyze, which says how sure that is, is not built)"
            return f"the cheapest that keeps the promise {how_often}, {sure}" if self.best.keeps_promise else f"it comes closest, {sure}"
        confidence = words.percent(self.decision.confidence, 6)
        if self.best.keeps_promise:
            return f"the cheapest that surely keeps the promise {how_often} ({confidence} confidence, all settings together)"
        known = f"known to keep the promise {how_often} yet" if self.best.may_keep_it else f"keeps the promise {how_often}"
        this = "by the estimates this is the cheapest that does" if self._is_estimated_to_keep_it else "this one comes closest"
        return f"none {'is ' if self.best.may_keep_it else ''}{known} ({confidence} confidence); {this}"

    @property
    def _is_estimated_to_keep_it(self):
        """Whether nothing but the sample's size stands against the starred cell."""
        return self.best.may_keep_it and self.at("objective_met_share_mean", self.best.cell) >= self.reliability

    @property
    def no_setting(self):
        """What is known of all settings where none is chosen."""
        return "no setting is known to keep the promise yet" if self.best.may_keep_it else "no setting keeps the promise"

    @property
    def reliability(self):
        """Share of realizations that shall meet the objective."""
        return self.decision.reliability if self.decision else float(self.sweep["sla"]["reliability"])

    @property
    def realizations_name(self):
        """What many of them are called: "days"."""
        return "days" if self.period == "day" else "realizations"

    @property
    def confidence(self):
        """The intervals' confidence, "95%"."""
        return words.percent(float(self.attribute("confidence")), 6)

    @property
    def promised_quantity(self):
        """The share that the objective is about."""
        return "violated_request_share" if self.promised_unit == "requests" else "violated_share"

    @property
    def promised_unit(self):
        """"requests" or "minutes"."""
        return self.sweep["sla"].get("per", "requests")

    @cached_property
    def varying(self):
        """The axes with more than one value, the two thresholds first."""
        several = [axis for axis in self.axes if len(axis.values) > 1]
        return sorted(several, key=lambda axis: THRESHOLDS.index(axis.key) if axis.key in THRESHOLDS else len(THRESHOLDS))

    @cached_property
    def valid(self):
        """Which cells were run, flat."""
        return self.cells("valid") == 1

    @cached_property
    def budgets(self):
        """The share that may be violated, 1 - objective, of every cell, flat."""
        objective = np.full(self.shape, self.sweep["sla"]["objective"], float)
        for position, axis in enumerate(self.axes):
            if axis.key == "sla.objective":
                objective[...] = axis.values.reshape([-1 if i == position else 1 for i in range(objective.ndim)])
        return np.round(1 - objective, 9).ravel()  # the run compares parts per billion

    @cached_property
    def decision(self):
        """Where every setting stands, by `fleetcast analyze`; None without the program."""
        if self._fleetcast is None:
            return None
        return decision.of_result(self.path, int(np.prod(self.shape)), self._fleetcast)

    @cached_property
    def in_question(self):
        """Valid cells that are compared with the best, flat: those under the same conditions where these are known, else all."""
        alike = np.ones(self.shape, bool)
        for position, axis in enumerate(self.axes):
            if self.decision and axis.key in self.decision.conditions:
                shape = [-1 if i == position else 1 for i in range(alike.ndim)]
                alike &= (axis.values == self.decision.conditions[axis.key]).reshape(shape)
        return self.valid & alike.ravel()

    @property
    def conditions(self):
        """What is given where several combinations of traffic, promise and price were decided for, a phrase each."""
        return self.describe(self.best.cell, [axis for axis in self.varying if self.decision and axis.key in self.decision.conditions])

    @cached_property
    def best(self):
        """The cell that analyze chooses, or the one it says comes closest. Without it, by the estimates: the cheapest that meets the
        objective in as large a share of realizations as asked for, or the one that meets it most often."""
        if self.decision:
            return self._best(self.decision.cell, self.decision.is_settled, bool(self.decision.open[self.decision.cell]))
        cost, met = self.cells("cost_usd_mean"), self.cells("objective_met_share_mean")
        passing = self.valid & (met >= self.reliability)
        candidates = np.flatnonzero(passing if passing.any() else self.valid)
        order = (cost,) if passing.any() else (cost, -met)
        return self._best(int(candidates[np.lexsort([column[candidates] for column in order])[0]]), bool(passing.any()))

    def _best(self, flat, keeps, may_keep=False):
        position = np.unravel_index(flat, self.shape) if self.axes else ()
        return Best({axis.dimension: int(i) for axis, i in zip(self.axes, position)}, flat, keeps, may_keep)

    def describe(self, cell, axes=None):
        """A cell's place on some axes (default: those that vary), a phrase each."""
        return [axis.setting(cell[axis.dimension]) for axis in (self.varying if axes is None else axes)]

    def settings_at(self, cell):
        """One cell's settings, resolved."""
        axes = {axis.key: float(axis.values[cell[axis.dimension]]) for axis in self.axes}
        return Sweep(self.path, self.sweep, self.footer).with_settings(axes)

    def wide_sum(self, name, cell, of="sum"):
        """A 128-bit sum, or sum of squares ("square"), of one cell."""
        return int(self.at(f"{of}_{name}_hi", cell)) * 2**64 + int(self.at(f"{of}_{name}_lo", cell))

    def spread(self, name, cell):
        """Mean and standard deviation over realizations of the traffic's "requests" or tokens."""
        n, total, squares = self.realizations_of(cell), self.wide_sum(name, cell), self.wide_sum(name, cell, "square")
        return total / n, np.sqrt((n * squares - total * total) / (n * (n - 1)))

    def estimate(self, quantity, cell, say):
        """A mean with its interval, "$4,981 [$4,950, $5,012]"; the mean alone where nothing tells how sure it is."""
        mean, low, high = (self.at(f"{quantity}_{end}", cell) for end in ("mean", "low", "high"))
        return f"{say(mean)} [{say(low)}, {say(high)}]" if self.has_intervals and np.isfinite(low + high) else say(mean)

    def promise(self, cell):
        """The promise in words: "99% of requests within 500 ms TTFT"."""
        def value(key):
            axis = next((a for a in self.axes if a.key == f"sla.{key}"), None)
            return axis.values[cell[axis.dimension]] if axis else self.sweep["sla"].get(key, 0)

        tpot = f" and {words.number(value('tpot_ms'))} ms TPOT" if value("tpot_ms") > 0 else ""
        return (f"{words.percent(value('objective'), 6)} of {self.promised_unit} "
                f"within {words.number(value('ttft_ms'))} ms TTFT{tpot}")

    def promise_sentence(self):
        """The promise as figures' subtitles begin."""
        of = f" of the {self.best_name}" if any(axis.key.startswith("sla.") for axis in self.varying) else ""
        return f"Promise{of}: {self.promise(self.best.cell)}"

    def _read(self, name, where):
        """Part of a dataset."""
        try:
            return self._dataset(name)[where]
        except OSError as problem:
            raise BadData(f"{self.path}: {name} can't be read ({problem}; the file is damaged); run the sweep again") from problem

    def _dataset(self, name):
        """A dataset by name."""
        if name not in self._file:
            raise BadData(f"{self.path}: has no dataset {name} (the result is incomplete); run the sweep again")
        return self._file[name]

    def _dimensions(self, name):
        """Names of a dataset's dimensions, outermost first."""
        return [dimension[0].name.rpartition("/")[2] for dimension in self._dataset(name).dims]

    def _axis(self, dimension):
        """A grid's axis, from its dimension scale."""
        scale = self._dataset(dimension)
        key, unit = scale.attrs["key"], scale.attrs["units"]
        return Axis(dimension, key, scale[()], words.axis_name(key, unit),
                    words.axis_unit(key, unit, self.sweep["autoscaler"]["signal"]))


@contextmanager
def open_result(path, fleetcast=None):
    """Open a result for the length of a `with`; refuse what is not one, or is of another version than this program.

    @param fleetcast  the program that decides between settings; without it, estimates do
    """
    with open_hdf5(path) as file:
        _check_kind(path, file)
        try:
            result = Result(path, file, fleetcast)
        except (KeyError, IndexError, ValueError, RuntimeError) as problem:
            raise BadData(f"{path}: sweep or axes can't be read ({problem}; the file is damaged); run the sweep again") from problem
        if not result.valid.any():
            raise BadData(f"{path}: no cell is valid (every setting contradicts itself, none was run); change the sweep's [grid]")
        yield result


def _check_kind(path, file):
    """Refuse other files, and formats that came after this program."""
    filetype, version = file.attrs.get("filetype"), file.attrs.get("format_version")
    if filetype != FILETYPE:
        said = f'filetype is "{filetype}", not' if filetype is not None else "has no filetype, which should be"
        raise BadData(f'{path}: {said} "{FILETYPE}" (only results can be drawn); give a file that fleetcast run wrote')
    if not isinstance(version, (int, np.integer)):
        raise BadData(f"{path}: has no format_version (it tells how to read the rest; the file is damaged); run the sweep again")
    if version < OLDEST_FORMAT:
        raise BadData(f"{path}: format version {version} is older than {OLDEST_FORMAT} (it lacks what decisions are made from); "
                      "run the sweep again, or use the scripts/plot of the fleetcast that wrote it")
    if version > NEWEST_FORMAT:
        raise BadData(f"{path}: format version {version} is newer than {NEWEST_FORMAT} (this program would draw it wrong); "
                      "use the scripts/plot of the fleetcast that wrote it")
