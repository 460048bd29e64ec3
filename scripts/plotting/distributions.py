"""How much realizations differ at the best setting: its cost and its violations."""

from dataclasses import dataclass

import numpy as np
from matplotlib.ticker import MaxNLocator

from . import style, words

MOST_BARS = 45
LETTER = 0.0125        # a letter's width, as a share of the plot
HEADROOM = 1.32        # above the highest bar, for the quantiles' labels
MARKS = 0.88           # how high lines reach, below the labels


def draw(result):
    """Two histograms, each with its mean, the mean's interval, and the result's quantiles."""
    figure = style.page(result.footer, _title(result), _subtitle(result), 5.6, _handles(result))
    for plot, distribution in zip(figure.subplots(2, 1), (_cost(result), _violations(result))):
        _histogram(plot, distribution)
        _mean(plot, distribution)
        _quantiles(plot, distribution, result.sweep["sweep"]["quantiles"])
    return figure


@dataclass(frozen=True)
class Distribution:
    """A histogram of integers, and the scale that turns them into what is shown."""

    low: np.ndarray      # smallest integer of each bin
    high: np.ndarray     # largest
    counts: np.ndarray   # realizations in each bin
    scale: float
    estimate: tuple      # mean, low, high, in the unit shown
    quantiles: np.ndarray
    name: str
    label: str
    say: object


def _title(result):
    """What the figure says."""
    if result.best.keeps_promise:
        return f"{result.name}: the spread at the best setting"
    return f"{result.name}: {result.no_setting}; the spread at the {result.best_name}"


def _subtitle(result):
    """The setting, why it is shown, the promise and how often it is kept."""
    settings = ", ".join(result.describe(result.best.cell))
    parts = [f"{words.sentence(settings)}: {result.best_reason}"] if settings else []
    parts += [result.promise_sentence(),
              f"Objective met in {words.percent(result.at('objective_met_share_mean', result.best.cell))} of {result.sample}"]
    return ". ".join(parts) + "."


def _handles(result):
    """What the lines mean."""
    mean = "mean" + (f" and its {result.confidence} interval" if result.has_intervals else "")
    return [style.line_handle(style.VERMILION, "-", mean), style.line_handle(style.INK, ":", "quantiles over realizations")]


def _cost(result):
    """Billed replica-ticks as money; as replica-hours where they cost nothing."""
    cell = result.best.cell
    billed = result.wide_sum("billed_replica_ticks", cell) / result.realizations_of(cell)
    usd_per_tick = result.at("cost_usd_mean", cell) / billed if billed > 0 else 0.0
    histogram = result.array("billed_bin"), result.array("billed_bin_high"), result.at("billed_histogram", cell)
    if usd_per_tick > 0:
        return Distribution(*histogram, usd_per_tick, _estimate(result, "cost_usd"), result.at("cost_usd_quantile", cell),
                            "Cost", f"cost (USD per {result.period})", words.usd)
    hours = result.ledger_minutes / 60
    return Distribution(*histogram, result.tick_seconds / 3600, _estimate(result, "mean_replicas", hours),
                        result.at("mean_replicas_quantile", cell) * hours, "Billed replica-hours",
                        f"billed replica-hours (per {result.period}; they cost nothing)", _brief)


def _violations(result):
    """Violated ticks as minutes."""
    cell, minutes = result.best.cell, result.ledger_minutes
    return Distribution(result.array("violated_bin"), result.array("violated_bin_high"), result.at("violated_histogram", cell),
                        result.tick_seconds / 60,
                        _estimate(result, "violated_share", minutes), result.at("violated_share_quantile", cell) * minutes,
                        "Violated minutes", f"minutes that break the promise (of {words.number(minutes)} per {result.period})",
                        _brief)


def _estimate(result, quantity, scale=1.0):
    """Mean, low and high of the best cell; no interval where nothing tells how sure the mean is."""
    mean, low, high = (float(result.at(f"{quantity}_{end}", result.best.cell)) * scale for end in ("mean", "low", "high"))
    return (mean, low, high) if result.has_intervals else (mean, np.nan, np.nan)


def _brief(value):
    """Three digits."""
    return words.rounded(value, 3)


def rebinned(low, high, counts):
    """Neighbouring bins joined into at most some forty of one width, so that heights compare.

    Bins are a power of two wide and start at a multiple of their width, so that multiples of the widest are borders too.
    @return  borders (one more than bars, each the smallest integer of its bar) and realizations per bar
    """
    filled = np.flatnonzero(counts)
    first, last = filled[0], filled[-1]
    widest = int((high - low + 1)[first:last + 1].max())
    width = widest * -(-int(high[last] - low[first] + 1) // (widest * MOST_BARS))
    borders = np.arange(low[first] // width * width, high[last] + width + 1, width)
    return borders, np.histogram(low[first:last + 1], borders, weights=counts[first:last + 1])[0]


def _histogram(plot, distribution):
    """Bars of equal width, as shares of the realizations."""
    borders, counts = rebinned(distribution.low, distribution.high, distribution.counts)
    edges = (borders - 0.5) * distribution.scale  # an integer stands in the middle of its bar
    shares = counts / counts.sum()
    plot.bar(edges[:-1], shares, np.diff(edges), align="edge", color=style.SKY, edgecolor="white", linewidth=0.6)
    ends = [*edges[[0, -1]], *(value for value in distribution.estimate if np.isfinite(value))]
    room = 0.03 * (max(ends) - min(ends))
    plot.set_xlim(min(ends) - room, max(ends) + room)
    plot.set_ylim(0, HEADROOM * shares.max())
    plot.set_xlabel(distribution.label)
    plot.set_ylabel("share of realizations")
    if distribution.say is _brief:
        plot.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    plot.xaxis.set_major_formatter(style.formatter(distribution.say))
    plot.yaxis.set_major_formatter(style.formatter(words.percent))
    plot.grid(True, axis="y")


def _mean(plot, distribution):
    """The mean as a line and its interval as a band; the figures above the plot."""
    mean, low, high = distribution.estimate
    say = distribution.say
    said = f"{distribution.name}: mean {say(mean)}"
    plot.axvline(mean, ymax=MARKS, color=style.VERMILION, linewidth=1.8, zorder=5)
    if np.isfinite(low) and np.isfinite(high):
        plot.axvspan(low, high, ymax=MARKS, color=style.VERMILION, alpha=0.25, linewidth=0, zorder=4)
        said += f" [{say(low)}, {say(high)}]"
    plot.set_title(said, color=style.VERMILION)


def _quantiles(plot, distribution, levels):
    """A dotted line per quantile; those that fall together share a label."""
    left, right = plot.get_xlim()
    top = plot.get_ylim()[1]
    for value in distribution.quantiles:
        plot.axvline(value, ymax=MARKS, color=style.INK, linewidth=1.1, linestyle=":", zorder=6)
    for middle, text in labels_of(np.asarray(distribution.quantiles, float), levels, right - left):
        side = "left" if middle < left + 0.05 * (right - left) else "right" if middle > right - 0.05 * (right - left) else "center"
        plot.text(middle, (MARKS + 0.02) * top, text, ha=side, va="bottom", size=style.FINE, bbox=style.WHITE_BOX, zorder=7)


def labels_of(values, levels, span):
    """Where labels of finite quantiles stand, and what they say: neighbours whose labels would touch share one, "5%–25%".

    @param span  of the axis they stand on
    """
    order = [int(i) for i in np.argsort(values, kind="stable") if np.isfinite(values[i])]
    groups = [[i] for i in order]

    def text_of(group):
        return "–".join(dict.fromkeys((_level(levels[group[0]]), _level(levels[group[-1]]))))

    def middle_of(group):
        return float(np.mean(values[group]))

    while True:
        for first, (a, b) in enumerate(zip(groups[:-1], groups[1:])):
            if middle_of(b) - middle_of(a) < LETTER * span * ((len(text_of(a)) + len(text_of(b))) / 2 + 1):
                groups[first:first + 2] = [a + b]
                break
        else:
            return [(middle_of(group), text_of(group)) for group in groups]


def _level(quantile):
    """A quantile in words: 95%, median."""
    return "median" if quantile == 0.5 else words.percent(quantile, 6)
