"""Columns of numbers from CSV, plain or gzipped, and from HDF5, in pieces; a bad cell is told by row and column."""

import csv
import gzip
import warnings
import zlib
from dataclasses import dataclass

import h5py
import numpy as np
import pandas as pd

from .errors import BadData, NoInput

ROWS_AT_ONCE = 1 << 20
LONGEST_HEADER = 1 << 16
ADVICE = "give what fleetcast run, generate, replay or fit --report wrote"


@dataclass(frozen=True)
class Column:
    """What a column must hold."""

    name: str
    least: float = -np.inf
    may_be_empty: bool = False   # read as NaN
    also: tuple = ()             # other names for the same
    is_text: bool = False        # read as pandas.Categorical; numbers in HDF5 are named by flag_meanings

    def found_as(self, names):
        """The name it goes by in a file; None where it is absent."""
        return next((name for name in (self.name, *self.also) if name in names), None)


def is_hdf5(path):
    """Whether a file's name says HDF5."""
    return path.suffix in (".h5", ".hdf5", ".nc")


def stem(path):
    """A file's name without .csv, .csv.gz or .h5."""
    return path.name.removesuffix(".gz").rpartition(".")[0] or path.name


def names_of(path):
    """Names of a table's columns."""
    if is_hdf5(path):
        with open_hdf5(path) as file:
            return [name for name, member in file.items() if isinstance(member, h5py.Dataset)]
    check_readable(path)
    try:
        with _opened(path) as file:
            return next(csv.reader([file.readline(LONGEST_HEADER)]), [])
    except (OSError, EOFError, UnicodeDecodeError, zlib.error, csv.Error) as problem:
        raise BadData(f"{path}:1: not a CSV file ({problem}); {ADVICE}") from problem


def read(path, columns, optional=()):
    """Whole columns of numbers, as a dictionary of float64 arrays by name.

    @param columns   list of Column, all required
    @param optional  the same, absent from the dictionary where the file has none
    @throws BadData  a column is missing, a cell is no number or below its least, there is no row; says where
    @throws NoInput  the file is not there
    """
    pieces = list(read_in_pieces(path, columns, optional))
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}


def read_in_pieces(path, columns, optional=()):
    """The same, a million rows at a time, so that memory does not grow with the file."""
    names = names_of(path)
    missing = [column.name for column in columns if not column.found_as(names)]
    if missing:
        raise BadData(f"{path}:1: has no column {', '.join(missing)} (its columns: {', '.join(names) or 'none'}); {ADVICE}")
    wanted = {column: column.found_as(names) for column in (*columns, *optional) if column.found_as(names)}
    rows = 0
    for piece in (_hdf5_pieces if is_hdf5(path) else _csv_pieces)(path, names, wanted):
        for column, name in wanted.items():
            _check(path, column, piece[name], rows)
        if len(piece[wanted[columns[0]]]) == 0:
            continue
        rows += len(piece[wanted[columns[0]]])
        yield {column.name: piece[name] for column, name in wanted.items()}
    if rows == 0:
        raise BadData(f"{path}: has no rows (there is nothing to draw); {ADVICE}")


def line_of(path, row):
    """A row's number as people count them, from 1; in a CSV the header comes first."""
    return row + (1 if is_hdf5(path) else 2)


def open_hdf5(path):
    """An open HDF5 file, or one line on why it is not one."""
    check_readable(path)
    try:
        return h5py.File(path, "r")
    except OSError as problem:
        raise BadData(f"{path}: not an HDF5 file, or a damaged one ({problem}); {ADVICE}") from problem


def check_readable(path):
    """One line on why a file can't be read."""
    try:
        path.open("rb").close()
    except OSError as problem:
        raise NoInput(f"{path}: can't be read ({problem.strerror}); {ADVICE}") from problem


def _opened(path):
    """A CSV file as text."""
    return (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8-sig", newline="")


def _hdf5_pieces(path, _, wanted):
    """Pieces of columns that are one-dimensional datasets."""
    texts = {name for column, name in wanted.items() if column.is_text}
    with open_hdf5(path) as file:
        try:
            sets = {name: file[name] for name in wanted.values()}
            shapes = {member.shape for member in sets.values()}
            if len(shapes) != 1 or len(next(iter(shapes))) != 1:
                raise BadData(f"{path}: {', '.join(sets)} differ in shape (each should be one column, all of a length); {ADVICE}")
            for start in range(0, *next(iter(shapes)), ROWS_AT_ONCE):
                rows = slice(start, start + ROWS_AT_ONCE)
                yield {name: _named(member, rows) if name in texts else member[rows].astype(np.float64) for name, member in sets.items()}
        except (OSError, ValueError) as problem:
            raise BadData(f"{path}: can't be read ({problem}; the file is damaged); write it again") from problem


def _named(member, rows):
    """Numbers as the names that the dataset gives them, else as text."""
    values, labels = np.unique(member[rows], return_inverse=True)
    meanings = member.attrs.get("flag_meanings", "").split()
    known = dict(zip(np.atleast_1d(member.attrs.get("flag_values", ())).tolist(), meanings))
    return pd.Categorical.from_codes(labels, [known.get(value, str(value)) for value in values.tolist()])


def _csv_pieces(path, names, wanted):
    """Pieces of a CSV."""
    types = {name: "category" if column.is_text else np.float64 for column, name in wanted.items()}
    others = {name: str for name in names if name not in types}   # without them pandas would not see rows that are too long
    missing = {name: [""] if kind == "category" else ["", "nan"] for name, kind in types.items()}  # a class may be called NA
    read_rows = 0
    try:
        with warnings.catch_warnings(), pd.read_csv(path, header=0, names=names, dtype=types | others, chunksize=ROWS_AT_ONCE,
                                                    encoding="utf-8-sig", index_col=False, keep_default_na=False,
                                                    na_values=missing) as reader:
            warnings.simplefilter("error", pd.errors.ParserWarning)
            for piece in reader:
                read_rows += len(piece)
                yield {name: piece[name].array if kind == "category" else piece[name].to_numpy() for name, kind in types.items()}
    except (ValueError, pd.errors.ParserWarning) as problem:  # of pandas' errors most are of the former kind
        numbers = [name for name, kind in types.items() if kind != "category"]
        raise _bad_cell(path, names, numbers) or BadData(f"{path}: can't be read ({problem}); {ADVICE}") from problem
    except (OSError, EOFError, zlib.error) as problem:
        raise BadData(f"{path}: breaks off after row {read_rows + 1} or later ({problem}); write it again") from problem


def _bad_cell(path, names, numbers):
    """The first cell of some columns that is no number, or the first row of another length; None if all are well."""
    places = [(name, names.index(name)) for name in numbers]
    with _opened(path) as file:
        rows = csv.reader(file)
        next(rows)
        for row in rows:
            if row and len(row) != len(names):
                return BadData(f"{path}:{rows.line_num}: {len(row)} fields (the header has {len(names)}); "
                               "correct the row, or write the file again")
            for name, place in places if row else ():
                try:
                    float(row[place] or "nan")
                except ValueError:
                    return BadData(f'{path}:{rows.line_num}: {name} is "{row[place]}" (a number is needed); '
                                   "correct the row, or write the file again")
    return None


def _check(path, column, values, rows_before):
    """Refuse empty cells and numbers out of range."""
    empty = pd.isna(values)
    bad = empty if column.is_text else values < column.least if column.may_be_empty else empty | (values < column.least) | np.isinf(values)
    if not bad.any():
        return
    row = int(np.argmax(bad))
    said = "is empty" if empty[row] else f"is {values[row]:g}"
    why = ("every row needs one" if column.is_text else
           f"{column.least:g} or more is needed" if np.isfinite(column.least) else "a finite number is needed")
    raise BadData(f"{path}:{line_of(path, rows_before + row)}: {column.name} {said} ({why}); correct the row, or write the file again")
