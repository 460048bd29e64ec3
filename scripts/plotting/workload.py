"""The traffic that every setting met: requests and tokens over the day."""

import numpy as np
from matplotlib.ticker import FixedLocator

from . import style, words
from .errors import NothingToDraw

PANELS = (("requests", "Requests per minute", style.BLUE), ("prompt_tokens", "Prompt tokens per minute", style.GREEN),
          ("completion_tokens", "Completion tokens per minute", style.ORANGE))
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOUR_STEPS = (0.25, 0.5, 1, 2, 3)
MOST_TICKS = 9


def draw(result):
    """Mean and quantile bands of three quantities, one above the other, over clock time."""
    levels = np.asarray(result.sweep["sweep"]["quantiles"], float)
    means = [result.at(f"{quantity}_mean", result.best.cell) for quantity, *_ in PANELS]
    if not any(np.isfinite(mean).any() for mean in means):
        raise NothingToDraw("the result has no workload bands")
    pairs, alone = paired(levels) if int(result.attribute("band_realizations")) > 1 else ([], [])
    figure = style.page(result, f"{result.name}: the simulated traffic", _subtitle(result), 7.2, _handles(levels, pairs, alone))
    plots = figure.subplots(len(PANELS), 1, sharex=True)
    hours = _hours(result)
    for plot, (quantity, title, color), mean in zip(plots, PANELS, means):
        _bands(plot, result, quantity, hours, mean, color, pairs, alone)
        plot.set_title(title)
    _clock(plots[-1], result)
    return figure


def paired(levels):
    """Quantiles that make a band with their mirror image, the widest first, and those that have none.

    @return  pairs of indices, and indices
    """
    order = np.argsort(levels)
    pairs = [(int(low), int(high)) for low in order for high in order
             if levels[low] < 0.5 and np.isclose(levels[low] + levels[high], 1)]
    inside = {i for pair in pairs for i in pair}
    return pairs, [int(i) for i in order if int(i) not in inside]


def _subtitle(result):
    """The sample, and whose traffic it is."""
    block = int(result.attribute("band_ticks")) * result.tick_seconds
    length = words.count(block / 60, "minute") if block >= 60 and block % 60 == 0 else words.count(block, "second")
    seen = int(result.attribute("band_realizations"))
    what = "Mean and quantiles over " if seen > 1 else ""
    parts = [f"{what}{result.sample_of(seen)}, in steps of {length}"]
    traffic = result.describe(result.best.cell, [axis for axis in result.varying if axis.key.startswith("workload.")])
    if traffic:
        parts.append(f"Traffic of the {'best' if result.best.keeps_promise else 'closest'} setting: {', '.join(traffic)}")
    return ". ".join(parts) + "."


def _handles(levels, pairs, alone):
    """What the line and the shades mean."""
    handles = [style.line_handle(style.INK, "-", "mean")] if pairs or alone else []
    for depth, (low, high) in enumerate(pairs):
        label = f"{words.percent(levels[low], 6).rstrip('%')}–{words.percent(levels[high], 6)} of realizations"
        handles.append(style.shade_handle(_opacity(depth), label))
    if alone:
        names = words.listed(["median" if levels[i] == 0.5 else words.percent(levels[i], 6) for i in alone])
        handles.append(style.line_handle(style.INK, ":", names))
    return handles


def _opacity(depth):
    """Of a band: inner ones lie on outer ones and so come out darker."""
    return 0.22 + 0.12 * depth


def _hours(result):
    """Clock time at the middle of each block, hours from the first midnight."""
    block = int(result.attribute("band_ticks"))
    first = result.array("tick")
    last = np.minimum(first + block, int(result.attribute("ledger_ticks")))
    return (first + last) / 2 * result.tick_seconds / 3600


def _bands(plot, result, quantity, hours, mean, color, pairs, alone):
    """One quantity per minute: shades between paired quantiles, lines for the others and the mean."""
    per_minute = 60 / result.tick_seconds
    quantiles = result.at(f"{quantity}_quantile", result.best.cell) * per_minute
    for depth, (low, high) in enumerate(pairs):
        plot.fill_between(hours, quantiles[low], quantiles[high], color=color, alpha=_opacity(depth), linewidth=0)
    for i in alone:
        plot.plot(hours, quantiles[i], color=style.INK, linewidth=0.8, linestyle=":")
    plot.plot(hours, mean * per_minute, color=style.INK, linewidth=1.2, marker="o" if hours.size == 1 else None, markersize=4)
    plot.set_ylim(bottom=0)
    plot.yaxis.set_major_formatter(style.formatter(words.short))
    plot.grid(True)


def _clock(plot, result):
    """Ticks on whole hours; over days on midnights, named by weekday, and on noon if the days are few."""
    length = result.ledger_minutes / 60
    plot.set_xlim(0, length)
    if length <= 24:
        step = next(step for step in HOUR_STEPS if length / step < MOST_TICKS)
        plot.set_xlabel("clock time (hours)")
    else:
        step = 12 if length <= 12 * MOST_TICKS else 24 * -(-int(length / 24) // MOST_TICKS)
        plot.set_xlabel("clock time (a weekday's name stands at its midnight)")
    first = WEEKDAYS.index(result.sweep["sweep"].get("start_weekday", "monday"))

    def name(hour):
        if length <= 24 or hour % 24:
            return f"{int(hour % 24 or hour):02d}:{round(hour % 1 * 60):02d}"
        weekday = WEEKDAYS[int(first + hour // 24) % 7][:3].capitalize()
        return weekday if length <= 7 * 24 else f"{weekday}\nday {int(hour // 24) + 1}"

    plot.xaxis.set_major_locator(FixedLocator(np.arange(0, length + 1e-9, step)))
    plot.xaxis.set_major_formatter(style.formatter(name))
