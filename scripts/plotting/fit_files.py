"""What `fleetcast fit --report` wrote: fit.json and its tables. The formats are in results/README.md."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from . import generated, series, tables
from .errors import BadData
from .tables import Column

FILE_NAME = "fit.json"
MINUTE_COLUMNS = tuple(Column(name) if name == "minute" else Column(name, 0) for name in (
    "minute", "requests", "prompt_tokens", "completion_tokens", "model_requests", "model_prompt_tokens", "model_completion_tokens"))
BAND_COLUMNS = tuple(Column(f"model_{quantity}_{end}", 0) for quantity in ("requests", "tokens") for end in ("low", "median", "high"))
STRUCTURE_COLUMNS = (Column("quantity", is_text=True), Column("minutes", 0), Column("trace"), Column("model_low"), Column("model_median"),
                     Column("model_high"))
LENGTH_COLUMNS = (Column("kind", is_text=True), Column("tokens", 0), Column("trace", 0), Column("law", 0))


@dataclass(frozen=True)
class Fit:
    """A fit's folder."""

    folder: Path
    values: dict   # fit.json

    def get(self, key):
        """What fit.json holds."""
        if key not in self.values:
            raise BadData(f"{self.folder / FILE_NAME}: has no {key} (the report is incomplete); fit again with --report")
        return self.values[key]

    @property
    def name(self):
        """Of the trace, without its folder."""
        return tables.stem(Path(self.get("trace")))

    @property
    def footer(self):
        """What it takes to get the same figure again."""
        return f"fleetcast {self.values.get('version', '')} fit · {Path(self.get('trace')).name}".replace("  ", " ")

    @cached_property
    def minutes(self):
        """Columns of the trace and of a record of the model, bin by bin."""
        path = self.folder / "fit-minutes.csv"
        columns = tables.read(path, MINUTE_COLUMNS, BAND_COLUMNS)
        generated.check_ascending(path, columns["minute"])
        return columns

    @property
    def bin_minutes(self):
        """Length of a bin."""
        return series.row_minutes(self.minutes["minute"])

    @cached_property
    def structure(self):
        """Rows of "autocorrelation" and of "dispersion", by name."""
        return _split(self.folder / "fit-structure.csv", STRUCTURE_COLUMNS)

    @cached_property
    def lengths(self):
        """Rows of "prompt" and of "completion", by name; nothing where the trace has no single lengths."""
        path = self.folder / "fit-lengths.csv"
        return _split(path, LENGTH_COLUMNS) if path.exists() else {}


def open_fit(folder):
    """A report's folder."""
    path = folder / FILE_NAME
    tables.check_readable(path)
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as problem:
        raise BadData(f"{path}: can't be read ({problem}); fit again with --report") from problem
    if not isinstance(values, dict):
        raise BadData(f"{path}: is no report (an object is needed); fit again with --report")
    return Fit(folder, values)


def _split(path, columns):
    """A table's rows by the text in its first column."""
    pieces = list(tables.read_in_pieces(path, columns))
    kinds = np.concatenate([np.asarray(piece[columns[0].name], dtype=object) for piece in pieces])
    whole = {column.name: np.concatenate([piece[column.name] for piece in pieces]) for column in columns[1:]}
    return {kind: {name: values[kinds == kind] for name, values in whole.items()} for kind in dict.fromkeys(kinds)}
