"""The traffic that every setting of a result met: requests and tokens over the day."""

from dataclasses import dataclass

import numpy as np

from . import clock, series, style, words
from .bands import Band
from .errors import BadData, NothingToDraw
from .result import Result

FEWEST_FOR_SPREAD = 20    # realizations whose standard deviation says something
MOST_DEVIATIONS = 6       # between a sum and its mean, for traffic to be taken as the same
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


def bands_for(result, generated):
    """A result's bands of generated traffic: of the scenario its sweep names, of the best setting's where it has none.

    @throws BadData  the result is of other traffic: by its settings, or, without a sweep, by how much came
    """
    cell, sweep = dict(result.best.cell), generated.sweep
    if sweep is None:
        for minutes in generated.minutes:
            _check_amounts(result, cell, minutes)
        return ResultBands(result, cell)
    for axis in result.axes:
        if axis.key.startswith("workload.") and sweep.get(axis.key) in axis.values:
            cell[axis.dimension] = int(np.flatnonzero(axis.values == sweep.get(axis.key))[0])
    for key, ours, theirs in result.settings_at(cell).differences(sweep, "workload"):
        raise BadData(f"{result.path}: {key} is {ours}, in {sweep.path} {theirs} (the band would be of other traffic); "
                      "give a result of the same sweep")
    return ResultBands(result, cell)


def _check_amounts(result, cell, minutes):
    """Refuse a realization longer than a result's, or with sums that would be a wonder among them.

    Sums are compared where the realization is as long as the result's: others have no known spread.
    """
    billed = minutes["minute"] >= 0
    length = billed.sum() * series.row_minutes(minutes["minute"])
    if length > result.ledger_minutes:
        raise BadData(f"{minutes.path}: holds {words.duration(length)}, realizations of {result.path} {words.duration(result.ledger_minutes)} "
                      "(the band would be of other traffic); give a result of the same sweep")
    if length < result.ledger_minutes or result.realizations < FEWEST_FOR_SPREAD:
        return
    for quantity, *_ in PANELS:
        mean, deviation = result.spread(quantity, cell)
        amount = minutes[quantity][billed].sum()
        away = abs(amount - mean) / deviation if deviation > 0 else np.inf if amount != mean else 0
        if away > MOST_DEVIATIONS:
            raise BadData(f"{minutes.path}: {quantity.replace('_', ' ')} add up to {words.short(amount)}, in {result.path} to {words.short(mean)} "
                          f"on average, {words.rounded(away, 2)} standard deviations away (the band would be of other traffic); "
                          "give a result of the same sweep")


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
        parts.append(f"Traffic of the {result.best_name}: {', '.join(traffic)}")
    return ". ".join(parts) + "."


def _hours(result):
    """Clock time at the middle of each block, hours from the first midnight."""
    block = int(result.attribute("band_ticks"))
    first = result.array("tick")
    last = np.minimum(first + block, int(result.attribute("ledger_ticks")))
    return (first + last) / 2 * result.tick_seconds / 3600
