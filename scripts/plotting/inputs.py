"""Which pictures a file or folder asks for."""

import os
from functools import partial

from . import (burst_structure, cost_violations, distributions, fit_files, fit_report, fleet, generated, latency_curve, lengths, promise,
               settings, tables, timeline, traffic, workload)
from .errors import BadData, NoInput
from .result import open_result

# what tells a table's kind: columns that the kinds after it do not all have
KINDS = (("requests", {"time_s", "class"}), ("timeline", {"minute", "ready", "billed"}), ("minutes", {"minute", "requests"}))


def pictures_of(path, band_path=None, fleetcast=None):
    """What can be drawn of an input, one picture after the other; each is to be drawn before the next is asked for.

    @param path       a result, a folder that generate, replay or fit --report wrote, or a file out of one
    @param band_path  a result whose bands stand in for those of the input's own realizations
    @param fleetcast  the program that decides between a result's settings; without it, figures say what estimates say
    @return           generator of (stem, function without arguments that gives the figure)
    @throws BadData   it is none of these, or damaged
    @throws NoInput   there is no such file or folder
    """
    if not path.exists():
        raise NoInput(f"{path}: no such file or folder; {tables.ADVICE}")
    if path.name == fit_files.FILE_NAME:
        yield from _of_report(path.parent)
    elif path.is_dir():
        if not os.access(path, os.R_OK | os.X_OK):
            raise NoInput(f"{path}: may not be read (permission denied); give a folder that you may read")
        yield from _of_folder(path, band_path)
    else:
        for stem, draw in _of_file(path, band_path, fleetcast):
            yield f"{tables.stem(path)}-{stem}", draw


def _of_folder(folder, band_path):
    """Everything a folder holds."""
    report = (folder / fit_files.FILE_NAME).is_file()
    if report:
        yield from _of_report(folder)
    ticks = timeline.in_folder(folder)
    if ticks:
        yield from _of_timeline(ticks)
    files = generated.files_of(folder)
    if any(files.values()):
        yield from _of_generated(generated.in_folder(folder), band_path)
    elif not ticks and not report:
        raise BadData(f"{folder}: holds nothing to draw (no requests-K.csv, minutes-K.csv, timeline.csv or {fit_files.FILE_NAME}); "
                      f"{tables.ADVICE}")


def _of_file(path, band_path, fleetcast):
    """A single file's pictures, by its columns."""
    names = tables.names_of(path)
    kind = next((kind for kind, needed in KINDS if needed.issubset(names)), None)
    if kind is None and tables.is_hdf5(path):
        yield from _of_result(path, fleetcast)   # or refused as one
    elif kind is None:
        known = "; ".join(f"{kind} have {', '.join(sorted(needed))}" for kind, needed in KINDS)
        raise BadData(f"{path}:1: no table that can be drawn (its columns: {', '.join(names) or 'none'}; {known}); {tables.ADVICE}")
    elif kind == "timeline":
        yield from _of_timeline(timeline.read(path))
    else:
        yield from _of_generated(generated.in_file(path, kind), band_path)


def _of_result(path, fleetcast):
    with open_result(path, fleetcast) as result:
        for stem, figure in (("cost-violations", cost_violations), ("settings", settings), ("distributions", distributions),
                             ("workload", workload)):
            yield stem, partial(figure.draw, result)
        yield "latency-curve", partial(latency_curve.draw, result.footer, result.name, result.settings_at(result.best.cell))


def _of_report(folder):
    for stem, figure in fit_report.draw(folder):
        yield stem, partial(_drawn, figure)


def _of_timeline(ticks):
    yield "fleet", partial(fleet.draw, ticks)
    yield "promise", partial(promise.draw, ticks)
    yield "latency-curve", partial(latency_curve.draw, ticks.footer, ticks.name, ticks.sweep, ticks)


def _of_generated(realizations, band_path):
    if band_path:
        with open_result(band_path) as result:
            yield "traffic", partial(traffic.draw, realizations, workload.bands_for(result, realizations))
    else:
        yield "traffic", partial(traffic.draw, realizations)
    yield "lengths", partial(lengths.draw, realizations)
    yield "bursts", partial(burst_structure.draw, realizations)


def _drawn(figure):
    return figure
