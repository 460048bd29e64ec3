"""The traffic that every setting of a result met: requests and tokens over the day."""

from dataclasses import dataclass

import numpy as np

from . import clock, style, words
from .bands import Band
from .errors import BadData, NothingToDraw
from .result import Result

PANELS = (("requests", "Requests per minute", style.BLUE), ("prompt_tokens", "Prompt tokens per minute", style.GREEN),
          ("completion_tokens", "Completion tokens per minute", style.ORANGE))


def draw(result):
    """Mean and quantile bands of three quantities, one above the other, over clock time."""
    bands = [band_of(result, quantity, result.best.cell) for quantity, *_ in PANELS]
    if not any(np.isfinite(band.mean).any() for band in bands):
        raise NothingToDraw("the result has no workload bands")
    figure = style.page(result.footer, f"{result.name}: the simulated traffic", _subtitle(result), 7.2, bands[0].handles())
    plots = figure.subplots(len(PANELS), 1, sharex=True)
    for plot, (_, title, color), band in zip(plots, PANELS, bands):
        band.draw(plot, color)
        style.amount_axis(plot)
        plot.set_title(title)
    clock.axis(plots[-1], 0, result.ledger_minutes / 60, result.start_weekday)
    return figure


def band_of(result, quantity, cell):
    """One quantity's spread over a result's realizations, per minute."""
    per_minute = 60 / result.tick_seconds
    realizations = int(result.attribute("band_realizations"))
    levels = tuple(result.sweep["sweep"]["quantiles"]) if realizations > 1 else ()
    quantiles = result.at(f"{quantity}_quantile", cell)[:len(levels)]
    return Band(_hours(result), result.at(f"{quantity}_mean", cell) * per_minute, levels, quantiles * per_minute, realizations)


@dataclass(frozen=True)
class ResultBands:
    """A result's bands, to draw a realization over."""

    result: Result
    cell: dict

    def of(self, quantity):
        """One quantity's Band; None of a quantity that results have none of."""
        return band_of(self.result, quantity, self.cell) if quantity in {name for name, *_ in PANELS} else None

    @property
    def sentence(self):
        """Whose spread it is."""
        return f"Shades are of {sample_of(self.result)}"


def bands_for(result, sweep):
    """A result's bands of the traffic that a sweep describes; of its best setting's where no sweep is given.

    @throws BadData  the result is of other traffic
    """
    cell = dict(result.best.cell)
    if sweep is None:
        return ResultBands(result, cell)
    for axis in result.axes:
        if axis.key.startswith("workload.") and sweep.get(axis.key) in axis.values:
            cell[axis.dimension] = int(np.flatnonzero(axis.values == sweep.get(axis.key))[0])
    for key, ours, theirs in result.settings_at(cell).differences(sweep, "workload"):
        raise BadData(f"{result.path}: {key} is {ours}, in {sweep.path} {theirs} (the band would be of other traffic); "
                      "give a result of the same sweep")
    return ResultBands(result, cell)


def sample_of(result):
    """How many realizations the bands are of, and how fine they are."""
    block = int(result.attribute("band_ticks")) * result.tick_seconds
    return f"{result.sample_of(int(result.attribute('band_realizations')))}, in steps of {words.duration(block / 60)}"


def _subtitle(result):
    """The sample, and whose traffic it is."""
    what = "Mean and quantiles over " if int(result.attribute("band_realizations")) > 1 else ""
    parts = [f"{what}{sample_of(result)}"]
    traffic = result.describe(result.best.cell, [axis for axis in result.varying if axis.key.startswith("workload.")])
    if traffic:
        parts.append(f"Traffic of the {'best' if result.best.keeps_promise else 'closest'} setting: {', '.join(traffic)}")
    return ". ".join(parts) + "."


def _hours(result):
    """Clock time at the middle of each block, hours from the first midnight."""
    block = int(result.attribute("band_ticks"))
    first = result.array("tick")
    last = np.minimum(first + block, int(result.attribute("ledger_ticks")))
    return (first + last) / 2 * result.tick_seconds / 3600
