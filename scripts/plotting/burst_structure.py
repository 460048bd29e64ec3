"""Burst structure: how counts spread, how long they remember, and how that grows with the window; plain Poisson beside."""

from dataclasses import dataclass

import numpy as np
from matplotlib.ticker import FixedLocator, LogLocator, NullLocator

from . import bursts, rates, series, style, words
from .errors import NothingToDraw

WINDOWS_SECONDS = np.array([1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400])
MOST_LAGS = 240        # minutes
MOST_LINES = 12        # realizations drawn one by one
MOST_BARS = 40
SHOWN = 0.998          # of the minutes
LEAST_SHOWN = 1e-4     # a share of minutes that would be a line on the axis
HEIGHT = 7.2           # inches


@dataclass(frozen=True)
class Counts:
    """A realization's requests in equal intervals, and what was to be expected in each."""

    label: str
    seconds: float         # of an interval
    values: np.ndarray
    expected: np.ndarray   # the known curve over the day, scaled to the same sum

    def per_minute(self):
        """The same by the minute, or as it is where intervals are that long."""
        joined = round(60 / self.seconds)
        if joined <= 1:
            return self
        minutes = self.values.size // joined
        values, expected = (array[:minutes * joined].reshape(minutes, joined).sum(1) for array in (self.values, self.expected))
        return Counts(self.label, 60.0, values, expected)


def draw(generated):
    """Three panels: spread of the counts, autocorrelation, index of dispersion by window."""
    fine = {requests.label: _by_second(generated.sweep, requests) for requests in generated.requests}
    minutes = [_by_minute(generated.sweep, each) for each in generated.minutes] or [each.per_minute() for each in fine.values()]
    minutes = [each for each in minutes if each.values.size >= bursts.LEAST_BLOCKS and each.values.sum() > 0]
    if not minutes:
        raise NothingToDraw(f"fewer than {bursts.LEAST_BLOCKS} minutes")
    figure = style.page(generated.footer, _title(generated, minutes[0]), _subtitle(generated, minutes[0]), HEIGHT, _handles(minutes))
    spread, memory, dispersion = figure.subplots(3, 1)
    _spread(spread, minutes[0])
    _autocorrelation(memory, minutes)
    _dispersion(dispersion, minutes, fine)
    return figure


def _by_second(sweep, requests):
    counts = requests.per_second
    return _counts(sweep, requests.label, 1.0, counts, requests.first_minute + (np.arange(counts.size) + 0.5) / 60)


def _by_minute(sweep, minutes):
    """Rows after the warm-up; where minutes are missing, the longest stretch without a gap."""
    step = series.row_minutes(minutes["minute"])
    minute, requests = (minutes[name][minutes.billed] for name in ("minute", "requests"))
    borders = np.flatnonzero(np.diff(minute) > 1.5 * step) + 1
    longest = max(np.split(np.arange(minute.size), borders), key=len)
    return _counts(sweep, minutes.label, 60 * step, requests[longest], minute[longest] + step / 2)


def _counts(sweep, label, seconds, values, middle):
    curve = rates.relative_rate(sweep, middle)
    expected = np.ones(values.size) if curve is None else curve
    return Counts(label, seconds, values, expected * (values.sum() / expected.sum() if expected.any() else 1))


def _spread(plot, counts):
    """Shares of minutes by their requests, relative to what is expected; the same for plain Poisson."""
    known = counts.expected > 0
    ratio = counts.values[known] / counts.expected[known]
    most = max(np.quantile(ratio, SHOWN), 1 + 4 / np.sqrt(counts.expected.mean()))   # a rare peak would squeeze the rest
    # a bar holds a whole number of counts, else bars would rise and fall by chance
    bars = min(MOST_BARS, 3 * np.sqrt(ratio.size))
    width = max(1, round(most * counts.expected.mean() / bars)) / counts.expected.mean()
    edges = (np.arange(np.ceil(most / width) + 2) - 0.5) * width
    plot.stairs(np.histogram(ratio, edges)[0] / ratio.size, edges, color=style.BLUE, fill=True, alpha=0.45, linewidth=0)
    poisson = bursts.relative_counts_law(counts.expected, edges)
    poisson[poisson < LEAST_SHOWN] = np.nan
    plot.stairs(poisson, edges, color=style.VERMILION, linewidth=1.5, baseline=None)
    plot.set_xlim(0, edges[-1])
    plot.set_ylim(bottom=0)
    plot.set_title("Spread of the requests of a minute")
    plot.set_xlabel(f"requests in the minute, as a share of {'the expected' if np.ptp(counts.expected) else 'the mean'}")
    plot.set_ylabel("share of minutes")
    style.percent_axis(plot.xaxis)
    style.percent_axis(plot.yaxis)
    plot.grid(True, axis="y")


def _autocorrelation(plot, minutes):
    """Of the counts of minutes, by lag."""
    lags = np.arange(1, max(2, min(MOST_LAGS, minutes[0].values.size // 4) + 1))
    chance = bursts.SURE / np.sqrt(minutes[0].values.size)
    plot.axhspan(-chance, chance, color=style.VERMILION, alpha=0.18, linewidth=0)
    plot.axhline(0, color=style.VERMILION, linewidth=1.2)
    rows = [bursts.autocorrelation(each.values, each.expected, lags) for each in minutes if each.values.size > lags[-1]]
    _lines(plot, lags * minutes[0].seconds / 60, rows, "o" if lags.size < 20 else None)
    plot.set_xlim(0, 1.02 * lags[-1] * minutes[0].seconds / 60)
    lowest, highest = plot.get_ylim()
    plot.set_ylim(min(lowest, -0.1), max(highest, 0.5))   # noise is not to look large
    plot.set_title("How long a busy minute is remembered")
    plot.set_xlabel("minutes later")
    plot.set_ylabel("autocorrelation")
    plot.grid(True)


def _dispersion(plot, minutes, fine):
    """Variance over mean by window, on logarithmic axes; seconds from requests, the rest from minutes."""
    rows, seconds = [], _windows(minutes[0])
    for each in minutes:
        row = _dispersion_of(each, seconds)
        if each.label in fine:
            row = np.where(np.isfinite(row), row, _dispersion_of(fine[each.label], seconds))
        rows.append(row)
    known = np.isfinite(rows[0])
    half = bursts.poisson_dispersion_range(minutes[0].values.size * minutes[0].seconds, seconds[known])
    plot.fill_between(seconds[known], np.maximum(1 - half, 1e-3), 1 + half, color=style.VERMILION, alpha=0.18, linewidth=0)
    plot.axhline(1, color=style.VERMILION, linewidth=1.2)
    _lines(plot, seconds[known], [row[known] for row in rows], "o")
    plot.set_xscale("log")
    plot.set_yscale("log")
    highest = max(np.nanmax(row) for row in rows)
    plot.set_ylim(0.4, 2 * max(highest, 2))
    plot.xaxis.set_major_locator(FixedLocator([1, 10, 60, 600, 3600, 21600, 86400]))
    plot.xaxis.set_minor_locator(NullLocator())
    plot.xaxis.set_major_formatter(style.formatter(_window))
    plot.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if highest < 50 else (1,)))
    plot.yaxis.set_minor_locator(NullLocator())
    plot.yaxis.set_major_formatter(style.formatter(words.number))
    plot.set_title("Index of dispersion: variance of counts over their mean")
    plot.set_xlabel("length of the window")
    plot.set_ylabel("variance / mean")
    plot.grid(True)


def _windows(counts):
    """Lengths of windows in seconds: round ones, or multiples of an interval that is none."""
    return WINDOWS_SECONDS if counts.seconds in WINDOWS_SECONDS else counts.seconds * WINDOWS_SECONDS


def _dispersion_of(counts, seconds):
    """The index for windows that are whole numbers of intervals; NaN for the others."""
    per_window = np.round(seconds / counts.seconds).astype(int)
    whole = (per_window >= 1) & (np.abs(per_window * counts.seconds - seconds) < 1e-6)
    return np.array([bursts.index_of_dispersion(counts.values, counts.expected, per) if fits else np.nan
                     for per, fits in zip(per_window, whole)])


def _window(seconds):
    """10 s, 1 min, 6 h."""
    return f"{seconds:g} s" if seconds < 60 else f"{seconds / 60:g} min" if seconds < 3600 else f"{seconds / 3600:g} h"


def _lines(plot, x, rows, marker):
    """The first realization, and the others behind it: each, or where most are."""
    others = rows[1:]
    if len(others) > MOST_LINES:
        plot.fill_between(x, np.nanquantile(others, 0.05, axis=0), np.nanquantile(others, 0.95, axis=0), color=style.BLUE, alpha=0.2, linewidth=0)
    for row in others if len(others) <= MOST_LINES else ():
        plot.plot(x, row, color=style.SKY, linewidth=0.8)
    plot.plot(x, rows[0], color=style.BLUE, linewidth=1.6, marker=marker, markersize=3.5)


def _title(generated, counts):
    """What the figure says."""
    index = bursts.index_of_dispersion(counts.values, counts.expected, 1)
    return f"{generated.name}: counts spread {words.rounded(np.sqrt(index), 2)} times as wide as Poisson's"


def _possessive(seconds):
    """Of a minute's, of 7 minutes'."""
    return "a minute's" if seconds == 60 else f"{words.duration(seconds / 60)}'"


def _subtitle(generated, counts):
    """What is compared."""
    index = bursts.index_of_dispersion(counts.values, counts.expected, 1)
    parts = [f"{words.sentence(counts.label)}, {words.rounded(counts.values.mean() * 60 / counts.seconds, 3)} requests a minute: variance of "
             f"{_possessive(counts.seconds)} count over its mean {words.rounded(index, 3)}, "
             "1 for plain Poisson arrivals"]
    if np.ptp(counts.expected):
        parts.append("The sweep's curve over the day is taken out: only what is not known beforehand counts")
    elif generated.sweep is None or generated.sweep.get("workload.profile", ""):
        missing = "profile is" if generated.sweep else "sweep is"
        parts.append(f"The {missing} not known, so a curve over the day would count as bursts")
    return ". ".join(parts) + "."


def _handles(minutes):
    """What lines and shades mean."""
    handles = [style.line_handle(style.BLUE, "-", minutes[0].label)]
    if len(minutes) - 1 > MOST_LINES:
        handles.append(style.shade_handle(0.2, f"5–95% of {len(minutes) - 1} others", style.BLUE))
    elif len(minutes) > 1:
        handles.append(style.line_handle(style.SKY, "-", words.count(len(minutes) - 1, "other")))
    return [*handles, style.line_handle(style.VERMILION, "-", "plain Poisson"), style.shade_handle(0.18, "its 95% range", style.VERMILION)]
