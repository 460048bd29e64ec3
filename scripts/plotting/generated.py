"""What `fleetcast generate` wrote: minutes and requests of some realizations. The formats are in results/README.md."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from . import sweep_file, tables
from .errors import BadData
from .tables import Column

MINUTE_COLUMNS = (Column("minute"), Column("requests", 0), Column("prompt_tokens", 0), Column("completion_tokens", 0))
MORE_MINUTE_COLUMNS = (Column("peak_requests_per_second", 0),)
REQUEST_COLUMNS = (Column("time_s"), Column("class", is_text=True), Column("prompt_tokens", 0), Column("completion_tokens", 0))
LONGEST_LENGTH = 1 << 24        # tokens: a longer request is an error of the file
MOST_CLASSES = 64
MOST_SECONDS = 20 * 366 * 86400  # what is drawn second by second
MOST_REQUEST_FILES = 3
FILE_NAME = re.compile(r"(requests|minutes)-(\d+)\.(csv|csv\.gz|h5)")


@dataclass(frozen=True)
class Minutes:
    """A realization minute by minute."""

    path: Path
    columns: dict

    def __getitem__(self, name):
        return self.columns[name]

    @property
    def label(self):
        """Which realization: "realization 0", or the file's name where it bears no number."""
        return _label(self.path)

    @cached_property
    def billed(self):
        """Rows after the warm-up; all rows where there is only warm-up."""
        after = self["minute"] >= 0
        return after if after.any() else np.ones_like(after)


class Requests:
    """A realization's requests, counted by second and by length; memory does not grow with their number."""

    def __init__(self, path):
        self.path = path
        self.lengths = {}  # (class's label, "prompt_tokens" or "completion_tokens"): requests of each length, from 0 tokens on
        self._per_second = np.zeros(0)
        self._first_second = None
        for rows in tables.read_in_pieces(path, REQUEST_COLUMNS):
            self._count(rows)

    @property
    def label(self):
        """Which realization."""
        return _label(self.path)

    @property
    def classes(self):
        """Labels of the classes."""
        return list(dict.fromkeys(label for label, _ in self.lengths))

    @property
    def per_second(self):
        """Requests in each second after the warm-up, whole minutes of them; of the warm-up where there is nothing else."""
        skip = max(0, -self._first_second)
        counts = self._per_second[skip if skip < self._per_second.size else 0:]
        return counts[:counts.size // 60 * 60] if counts.size >= 60 else counts

    @property
    def first_minute(self):
        """Minute that `per_second` begins with."""
        return max(0, self._first_second) / 60 if self._first_second + self._per_second.size > 0 else self._first_second / 60

    def _count(self, rows):
        for name in ("prompt_tokens", "completion_tokens"):
            if rows[name].max() > LONGEST_LENGTH:
                raise BadData(f"{self.path}: {name} reaches {rows[name].max():g} (at most {LONGEST_LENGTH} can be drawn); check the file's units")
        labels, codes = rows["class"].categories, rows["class"].codes
        if len({*self.classes, *labels}) > MOST_CLASSES:
            raise BadData(f"{self.path}: class has more than {MOST_CLASSES} values (more can't be drawn); check the file's columns")
        for code in np.unique(codes):
            for name in ("prompt_tokens", "completion_tokens"):
                key = str(labels[code]), name
                self.lengths[key] = _added(self.lengths.get(key, np.zeros(0)), np.bincount(rows[name][codes == code].astype(int)))
        self._count_seconds(np.floor(rows["time_s"]).astype(np.int64))

    def _count_seconds(self, seconds):
        """Files are in order of time up to the tick, so a piece begins before its predecessor by little."""
        least, most = int(seconds.min()), int(seconds.max())
        if self._first_second is None:
            self._first_second = least // 60 * 60
        if most - self._first_second > MOST_SECONDS or least < self._first_second - 3600:
            raise BadData(f"{self.path}: time_s goes from {least} to {most} (in order of time, and at most {MOST_SECONDS} s, is what can be "
                          "drawn); check its unit")
        if least < self._first_second:
            self._per_second = np.concatenate([np.zeros(3600), self._per_second])
            self._first_second -= 3600
        self._per_second = _added(self._per_second, np.bincount(seconds - self._first_second))


@dataclass(frozen=True)
class Generated:
    """All there is of one workload's realizations."""

    path: Path
    sweep: sweep_file.Sweep
    minutes: list
    requests: list

    @property
    def name(self):
        """Of the sweep, else of the file or folder."""
        return self.sweep.name if self.sweep else tables.stem(self.path) if self.path.is_file() else self.path.resolve().name

    @property
    def footer(self):
        """For the page."""
        return sweep_file.footer(self.sweep, self.path)


def files_of(folder):
    """Paths of a folder's `requests-K` and `minutes-K`, by kind and in order of K; of several formats of one K the CSV."""
    found = {"requests": {}, "minutes": {}}
    for path in sorted(folder.iterdir()):
        match = FILE_NAME.fullmatch(path.name)
        if match:
            found[match[1]].setdefault(int(match[2]), path)
    return {kind: [paths[number] for number in sorted(paths)] for kind, paths in found.items()}


def in_folder(folder):
    """A folder's realizations; of requests the first few only, which take long to read."""
    files = files_of(folder)
    return Generated(folder, sweep_file.in_folder(folder), [read_minutes(path) for path in files["minutes"]],
                     [Requests(path) for path in files["requests"][:MOST_REQUEST_FILES]])


def in_file(path, kind):
    """A single file's realization.

    @param kind  "requests" or "minutes"
    """
    sweep = sweep_file.in_folder(path.parent)
    return Generated(path, sweep, [read_minutes(path)] if kind == "minutes" else [], [Requests(path)] if kind == "requests" else [])


def read_minutes(path):
    """A table of minutes, in order of time."""
    minutes = Minutes(path, tables.read(path, MINUTE_COLUMNS, MORE_MINUTE_COLUMNS))
    check_ascending(path, minutes["minute"])
    return minutes


def check_ascending(path, minute):
    """Refuse a clock that stands still or goes back."""
    back = np.flatnonzero(np.diff(minute) <= 0)
    if back.size:
        row = int(back[0])
        raise BadData(f"{path}:{tables.line_of(path, row + 1)}: minute is {minute[row + 1]:g} after {minute[row]:g} "
                      "(rows must be in order of time, each minute once); sort the file")


def _label(path):
    match = FILE_NAME.fullmatch(path.name)
    return f"realization {match[2]}" if match else path.name


def _added(a, b):
    """Sum of two arrays, the shorter one as if zeros followed."""
    longer, shorter = (a, b) if a.size >= b.size else (b, a)
    out = longer.astype(float)
    out[:shorter.size] += shorter
    return out
